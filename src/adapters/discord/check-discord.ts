import { Routes, type RESTAPIPartialCurrentUserGuild } from 'discord.js';
import { ERRORS } from '../../errors.ts';
import { createNetwork } from '../network.ts';
import { readApplication, type Application } from './application.ts';
import { DiscordApi } from './discord-api.ts';
import { toDiscordFailure } from './discord-failure.ts';
import type { DiscordSettings } from './discord-settings.ts';
import { explainFailure } from './explain-failure.ts';
import {
  inviteLink,
  namesOfMissing,
  neededPermissions,
  type NeededPermission,
} from './requirements.ts';
import { PermissionsBitField } from 'discord.js';

/** One thing that was looked at: what was found, and what to do about it. */
type DiscordCheck = {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  readonly advice: string | null;
};

/** How long Discord is waited for by somebody who sits before it. */
const PATIENCE_MS = 5_000;

/** Asks Discord who we are and what we may; opens no gateway, and posts nothing. */
export const checkDiscord = async (settings: DiscordSettings): Promise<readonly DiscordCheck[]> => {
  const network = createNetwork(settings.proxy);
  const { apiUrl, botToken: token } = settings;
  const needed = neededPermissions(settings);
  const api = new DiscordApi({ token, apiUrl, network, now: () => performance.now() });
  try {
    const application = await readApplication(api, PATIENCE_MS);
    return [
      tokenCheck(application, needed),
      intentCheck(application),
      ...(await checkServers(api, application, needed)),
    ];
  } catch (error) {
    const { found, operator } = explainFailure(toDiscordFailure('GET /applications/@me', error));
    return [{ name: 'Discord', ok: false, found, advice: operator }];
  } finally {
    api.close();
    await network.close();
  }
};

const tokenCheck = ({ id }: Application, needed: readonly NeededPermission[]): DiscordCheck => ({
  name: 'Discord',
  ok: true,
  found: `DISCORD_BOT_TOKEN is of application ${id}; invite it with ${inviteLink(id, needed)}`,
  advice: null,
});

/** Without the intent much works, so it is no failure. */
const intentCheck = ({ mayReadMessages }: Application): DiscordCheck => {
  const { say, operator } = ERRORS['discord-intent'];
  return mayReadMessages
    ? { name: 'Discord intent', ok: true, found: 'messages may be read', advice: null }
    : { name: 'Discord intent', ok: true, found: say({}), advice: operator };
};

/** Permissions of the bot's own role in each server; a channel may still take some away. */
const checkServers = async (
  api: DiscordApi,
  { id }: Application,
  needed: readonly NeededPermission[],
): Promise<readonly DiscordCheck[]> => {
  const options = { patienceMs: PATIENCE_MS };
  const servers = await api.call<RESTAPIPartialCurrentUserGuild[]>(
    'GET',
    Routes.userGuilds(),
    options,
  );
  const name = 'Discord server';
  if (servers.length === 0)
    return [
      {
        name,
        ok: false,
        found: 'The bot is in no server.',
        advice: `Invite it: ${inviteLink(id, needed)}`,
      },
    ];
  return servers.map((server) => {
    const granted = new PermissionsBitField(BigInt(server.permissions));
    const missing = namesOfMissing(granted, needed);
    if (missing.length === 0)
      return { name, ok: true, found: `all permissions in server ${server.id}`, advice: null };
    const found = `The bot lacks ${missing.join(', ')} in server ${server.id}.`;
    return { name, ok: false, found, advice: `Invite it again: ${inviteLink(id, needed)}` };
  });
};
