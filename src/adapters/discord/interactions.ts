import {
  ChannelType,
  InteractionType,
  PermissionFlagsBits,
  PermissionsBitField,
  type APIInteraction,
} from 'discord.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '../../core/conversation.ts';
import { ERRORS, WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { DiscordApi } from './discord-api.ts';
import { DiscordFailure } from './discord-failure.ts';
import type { ChannelFacts, Guilds } from './guilds.ts';
import { InteractionAnswer } from './interaction-answer.ts';
import { namesOfMissing, type NeededPermission } from './requirements.ts';

/** Discord gives three seconds: what is not journalled by then goes on behind a sign of life. */
const JOURNAL_MS = 1_500;

/** Somebody chose a command, pressed something or sent a modal. */
export type Acted = {
  readonly interaction: APIInteraction;
  readonly answer: InteractionAnswer;
  readonly where: ChannelFacts;
  readonly author: string;
  readonly standing: Message['standing'];
};

/** What one kind of interaction does. */
export interface InteractionHandler {
  /** undefined: it is somebody else's. The promise fails with a `WetreadError`, which is told to whoever acted. */
  handle(acted: Acted): Promise<void> | undefined;
}

export type InteractionsOptions = {
  readonly api: DiscordApi;
  readonly guilds: Guilds;
  readonly handlers: readonly InteractionHandler[];
  readonly logger: Logger;
};

/** Takes interactions: journalled first, then answered; what takes longer is answered before it is done. */
export class Interactions {
  readonly #options: InteractionsOptions;

  constructor(options: InteractionsOptions) {
    this.#options = options;
  }

  hear(interaction: APIInteraction): void {
    const { logger } = this.#options;
    this.#take(interaction).catch((error: unknown) => {
      if (error instanceof DiscordFailure)
        logger.warn({ call: error.call, code: error.code }, 'an interaction was not answered');
      else logger.error({ error }, 'an interaction was not answered');
    });
  }

  async #take(interaction: APIInteraction): Promise<void> {
    const answer = new InteractionAnswer(interaction, this.#options);
    const channel = interaction.channel?.id;
    const author = (interaction.member?.user ?? interaction.user)?.id;
    if (channel === undefined || author === undefined) return;
    const where = await this.#whereIs(interaction, channel);
    const missing = missingFor(interaction, where);
    if (missing.length > 0) {
      const permission = missing.join(', ');
      await answer.whisper(ERRORS['discord-permission'].say({ permission }));
      return;
    }
    const acted = { interaction, answer, where, author, standing: standingOf(interaction) };
    for (const handler of this.#options.handlers) {
      const working = handler.handle(acted);
      if (working === undefined) continue;
      await this.#telling(acted, working);
      return;
    }
  }

  /** Discord says where it was; the servers that are known say more. */
  async #whereIs({ guild_id, channel }: APIInteraction, id: string): Promise<ChannelFacts> {
    const unknown = { id, parent: id, inForum: false, owner: undefined, tags: [] };
    if (channel?.type === ChannelType.DM) return { ...unknown, kind: 'direct', guild: '' };
    try {
      return await this.#options.guilds.channel(id);
    } catch (error) {
      if (!(error instanceof DiscordFailure)) throw error;
      // It may not be seen: the answer says so.
      return { ...unknown, kind: 'channel', guild: guild_id ?? '' };
    }
  }

  /** Whoever acted is told what cannot be done, and is never left without an answer. */
  async #telling({ interaction, answer }: Acted, working: Promise<void>): Promise<void> {
    const done = working.then(
      () => undefined,
      (error: unknown) => {
        if (!(error instanceof WetreadError)) throw error;
        return error;
      },
    );
    const late = Symbol('late');
    const first = await Promise.race([done, sleep(JOURNAL_MS, late)]);
    const isPress = interaction.type === InteractionType.MessageComponent;
    if (first === late && answer.isOpen) {
      if (isPress) await answer.deferUpdate();
      else await answer.defer({ alone: true });
    }
    const failure = await done;
    if (failure !== undefined) await answer.whisper(failure.message);
    else if (answer.isOpen && isPress) await answer.deferUpdate();
  }
}

/** What it takes to answer there, by what Discord says we have. */
const missingFor = (
  { app_permissions }: APIInteraction,
  { kind }: ChannelFacts,
): readonly string[] => {
  if (kind === 'direct') return [];
  const needed: readonly NeededPermission[] =
    kind === 'thread' ? ['ViewChannel', 'SendMessagesInThreads'] : ['ViewChannel', 'SendMessages'];
  return namesOfMissing(new PermissionsBitField(BigInt(app_permissions)), needed);
};

/** Moderators are who may manage messages there. */
const standingOf = ({ member }: APIInteraction): Message['standing'] => {
  const permissions = new PermissionsBitField(BigInt(member?.permissions ?? '0'));
  return permissions.has(PermissionFlagsBits.ManageMessages) ? 'moderator' : 'member';
};
