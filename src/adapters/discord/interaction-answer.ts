import {
  InteractionResponseType,
  MessageFlags,
  Routes,
  type APIInteraction,
  type APIMessage,
  type APIModalInteractionResponseCallbackData,
  type RawFile,
} from 'discord.js';
import type { Logger } from '../../log.ts';
import type { DiscordApi } from './discord-api.ts';
import { CODES, DiscordFailure, hasCode } from './discord-failure.ts';
import { quietMarkdown } from './quiet-markdown.ts';

/** Discord drops an interaction that has no answer after three seconds. */
const ANSWER_MS = 2_500;
const FOLLOW_MS = 10_000;

export type Body = Readonly<Record<string, unknown>>;

type Answered = { readonly resource?: { readonly message?: APIMessage } };

/** The answers to one interaction: the first within three seconds, others within the fifteen minutes of its token. */
export class InteractionAnswer {
  readonly #api: DiscordApi;
  readonly #interaction: Pick<APIInteraction, 'id' | 'token' | 'application_id'>;
  readonly #logger: Logger;
  #state: 'open' | 'deferred' | 'answered' = 'open';
  #isAlone = false;

  constructor(
    interaction: Pick<APIInteraction, 'id' | 'token' | 'application_id'>,
    { api, logger }: { readonly api: DiscordApi; readonly logger: Logger },
  ) {
    this.#interaction = interaction;
    this.#api = api;
    this.#logger = logger;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** The answer was deferred so that only whoever acted sees it. */
  get isAlone(): boolean {
    return this.#isAlone;
  }

  /** "Wetread is thinking…". Fails with a `DiscordFailure`. */
  async defer({ alone }: { readonly alone: boolean }): Promise<void> {
    await this.#first(
      InteractionResponseType.DeferredChannelMessageWithSource,
      alone ? { flags: MessageFlags.Ephemeral } : {},
    );
    this.#state = 'deferred';
    this.#isAlone = alone;
  }

  /** The press is heard, and nothing is shown for it. */
  async deferUpdate(): Promise<void> {
    await this.#first(InteractionResponseType.DeferredMessageUpdate, undefined);
  }

  async openModal(modal: APIModalInteractionResponseCallbackData): Promise<void> {
    await this.#first(InteractionResponseType.Modal, modal);
  }

  /** A message to everybody there: the first answer, or what a deferred one becomes. Fails with a `DiscordFailure`. */
  async say(body: Body, files: readonly RawFile[] = []): Promise<APIMessage> {
    const full = { ...body, allowed_mentions: NOBODY };
    if (this.#state !== 'open') return this.#edit(full, files);
    const type = InteractionResponseType.ChannelMessageWithSource;
    const { resource } = await this.#first(type, full, files);
    if (resource?.message === undefined)
      throw new DiscordFailure('callback', 'unsure', 'no-answer');
    return resource.message;
  }

  /** Changes the message that the component hangs on. */
  async update(body: Body, files: readonly RawFile[] = []): Promise<void> {
    const full = { ...body, allowed_mentions: NOBODY };
    if (this.#state === 'open')
      await this.#first(InteractionResponseType.UpdateMessage, full, files);
    else await this.#edit(full, files);
  }

  /** To whoever acted alone. Never fails: it is a courtesy. */
  async whisper(sentence: string): Promise<void> {
    await this.whisperBody({ content: quietMarkdown(sentence) });
  }

  async whisperBody(body: Body, files: readonly RawFile[] = []): Promise<void> {
    const flags = MessageFlags.Ephemeral | MessageFlags.SuppressEmbeds;
    const full = { ...body, flags, allowed_mentions: NOBODY };
    try {
      if (this.#state === 'open') {
        await this.#first(InteractionResponseType.ChannelMessageWithSource, full, files);
        return;
      }
      const { application_id, token } = this.#interaction;
      const options = { body: full, files, anonymous: true, patienceMs: FOLLOW_MS };
      await this.#api.call('POST', Routes.webhook(application_id, token), options);
    } catch (error) {
      if (!(error instanceof DiscordFailure)) throw error;
      this.#logger.warn({ call: error.call, code: error.code }, 'somebody was not told');
    }
  }

  /** Takes the first answer back. */
  async remove(): Promise<void> {
    const { application_id, token } = this.#interaction;
    const route = Routes.webhookMessage(application_id, token);
    const options = { anonymous: true, patienceMs: FOLLOW_MS };
    await this.#api.call('DELETE', route, options).catch(() => undefined);
  }

  async #first(
    type: InteractionResponseType,
    data: unknown,
    files: readonly RawFile[] = [],
  ): Promise<Answered> {
    const { id, token } = this.#interaction;
    const options = {
      body: data === undefined ? { type } : { type, data },
      query: { with_response: 'true' },
      files,
      anonymous: true,
      repeatable: true,
      patienceMs: ANSWER_MS,
    };
    const route = Routes.interactionCallback(id, token);
    try {
      return await this.#api.call<Answered>('POST', route, options);
    } catch (error) {
      // An earlier try of this one was done, and not answered.
      if (!hasCode(error, CODES.acknowledged)) throw error;
      return HAS_MESSAGE.has(type) ? { resource: { message: await this.#original() } } : {};
    } finally {
      this.#state = 'answered';
    }
  }

  #original(): Promise<APIMessage> {
    const { application_id, token } = this.#interaction;
    const options = { anonymous: true, patienceMs: FOLLOW_MS };
    const route = Routes.webhookMessage(application_id, token);
    return this.#api.call<APIMessage>('GET', route, options);
  }

  #edit(body: Body, files: readonly RawFile[]): Promise<APIMessage> {
    const { application_id, token } = this.#interaction;
    const route = Routes.webhookMessage(application_id, token);
    const options = { body, files, anonymous: true, patienceMs: FOLLOW_MS };
    return this.#api.call<APIMessage>('PATCH', route, options);
  }
}

const HAS_MESSAGE: ReadonlySet<InteractionResponseType> = new Set([
  InteractionResponseType.ChannelMessageWithSource,
  InteractionResponseType.DeferredChannelMessageWithSource,
]);

const NOBODY = { parse: [], replied_user: false };
