import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  Routes,
  type APIApplicationCommand,
  type RESTPostAPIApplicationCommandsJSONBody,
} from 'discord.js';
import { QUIZ_MENU, READ_MENU } from './actions.ts';
import type { DiscordApi } from './discord-api.ts';
import { QUIZ_COMMAND } from './quiz-command.ts';

const FILM = {
  type: ApplicationCommandOptionType.Attachment,
  name: 'film',
  description: 'A frontal chest film. Without it: the film of this thread.',
  required: false,
} as const;

const TEXT = { type: ApplicationCommandOptionType.String, max_length: 1_000 } as const;

/** Used in servers and in direct messages with the bot, where the app is installed in the server. */
const EVERYWHERE = {
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  integration_types: [ApplicationIntegrationType.GuildInstall],
};

/** What people can choose from Discord's own menus. */
const COMMANDS: readonly RESTPostAPIApplicationCommandsJSONBody[] = [
  {
    name: 'read',
    description: 'Read a chest film: a wet read, or the answer to a question',
    type: ApplicationCommandType.ChatInput,
    options: [
      FILM,
      {
        ...TEXT,
        name: 'question',
        description: 'What to ask of it. Without it: a wet read.',
        required: false,
      },
    ],
    ...EVERYWHERE,
  },
  {
    name: 'locate',
    description: 'Show where something is on the film',
    type: ApplicationCommandType.ChatInput,
    options: [
      {
        ...TEXT,
        name: 'what',
        description: 'A finding or a structure: "pleural effusion", "heart"',
        required: true,
      },
      FILM,
    ],
    ...EVERYWHERE,
  },
  { ...QUIZ_COMMAND, ...EVERYWHERE },
  {
    name: 'forget',
    description: 'Delete the films and this conversation, and take the replies down',
    type: ApplicationCommandType.ChatInput,
    ...EVERYWHERE,
  },
  {
    name: 'help',
    description: 'What Wetread can do here',
    type: ApplicationCommandType.ChatInput,
    ...EVERYWHERE,
  },
  { name: READ_MENU, type: ApplicationCommandType.Message, ...EVERYWHERE },
  { name: QUIZ_MENU, type: ApplicationCommandType.Message, ...EVERYWHERE },
];

const PATIENCE_MS = 60_000;

/** Brings Discord to offer these commands; writes only what differs. Resolves to whether it wrote. */
export const registerCommands = async (
  api: DiscordApi,
  application: string,
  signal: AbortSignal,
): Promise<boolean> => {
  const route = Routes.applicationCommands(application);
  const options = { patienceMs: PATIENCE_MS, signal };
  const there = await api.call<APIApplicationCommand[]>('GET', route, options);
  if (shapeOf(there) === shapeOf(COMMANDS)) return false;
  await api.call('PUT', route, { ...options, body: COMMANDS });
  return true;
};

/** What counts of commands: their ids and versions are Discord's, and what is left out has its default. */
const shapeOf = (commands: readonly object[]): string =>
  JSON.stringify(
    commands
      .map((command) => canonical(command))
      .toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
  );

const COUNTS = new Set([
  'name',
  'description',
  'type',
  'options',
  'contexts',
  'integration_types',
  'required',
  'max_length',
  'min_value',
  'max_value',
  'choices',
  'value',
]);

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, one]) => COUNTS.has(name) && one !== false && one !== '' && !isEmpty(one))
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, one]) => [name, canonical(one)]),
  );
};

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
