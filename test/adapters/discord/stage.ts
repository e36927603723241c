import { createModelAlone } from '../../../src/core/read/model-alone.ts';
import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import {
  createDiscordAdapter,
  type DiscordAdapter,
} from '../../../src/adapters/discord/discord.ts';
import { createRemovals } from '../../../src/adapters/discord/kept-removals.ts';
import type { DiscordSettings } from '../../../src/adapters/discord/discord-settings.ts';
import { CASE_LIMITS } from '../../../src/core/teaching/case-limits.ts';
import {
  createTeachingCases,
  type Teaching,
} from '../../../src/core/teaching/create-teaching-cases.ts';
import { createAccess, type AccessRules } from '../../../src/core/access.ts';
import type { Conversation, Message } from '../../../src/core/conversation.ts';
import { createAnswer } from '../../../src/core/conversation/create-answer.ts';
import { createConversation } from '../../../src/core/conversation/create-conversation.ts';
import type { Annotator } from '../../../src/core/drawing/annotator.ts';
import type { Intake } from '../../../src/core/intake/intake.ts';
import type { Namespace } from '../../../src/core/records.ts';
import { DEMO_PROFILE } from '../../../src/core/profile/demo.ts';
import { WetreadError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/log.ts';
import type { Model, ModelRequest } from '../../../src/model/model.ts';
import { createMemoryStores } from '../../../src/state/memory-stores.ts';
import { createScriptedModel } from '../../support/scripted-model.ts';
import {
  createBlankAnnotator,
  createTestReading,
  questionIn,
} from '../../support/scripted-reader.ts';
import { startDiscord, type Discord, type DiscordOptions } from '../../support/discord/discord.ts';
import type { ShownMessage } from '../../support/discord/shown.ts';
import type { Film } from '../../support/discord/world.ts';
import { TEST_LIMITS, testIntake } from '../../support/test-conversation.ts';

export const SENTENCES = {
  heart: 'The heart size is normal.',
  lungs: 'The lungs are clear.',
  /** With a box, so that a picture comes after it. */
  place: 'The heart is located at (1).',
} as const;

const ANSWERS: Readonly<Record<string, string>> = {
  'How is the heart?': SENTENCES.heart,
  'How are the lungs?': SENTENCES.lungs,
  'Where is the heart?': 'The heart is located at [0.30, 0.40, 0.70, 0.80].',
  'Where is the heart located in this Chest X-ray?':
    'The heart is located at [0.30, 0.40, 0.70, 0.80].',
  'Where is the right lung located in this Chest X-ray?':
    'The right lung is located at [0.10, 0.10, 0.45, 0.80].',
  'Where is the left lung located in this Chest X-ray?':
    'The left lung is located at [0.55, 0.10, 0.90, 0.80].',
};

const piecesOf = (question: string): readonly string[] =>
  (ANSWERS[question] ?? 'Nothing of note.').match(/\s*\S+/g) ?? [];

/** A film whose bytes are its name, as the tests' intake reads them. */
export const film = (name: string, how: Omit<Film, 'bytes'> = {}): Film => ({
  bytes: new TextEncoder().encode(name),
  ...how,
});

export type StageOptions = {
  readonly discord?: DiscordOptions;
  readonly settings?: Partial<DiscordSettings>;
  /** How long a turn's claim is good for without being renewed. */
  readonly leaseMs?: number;
  /** How much faster the adapter's clock goes than the real one: pauses and deadlines of seconds are over sooner. */
  readonly clockRate?: number;
  /** Who may ask. */
  readonly access?: Partial<AccessRules>;
  /** It is not waited for the connection. */
  readonly connects?: boolean;
  /** In place of one that takes every file for a film. */
  readonly intake?: Intake;
  /** In place of the scripted model, and of a pen that draws nothing. */
  readonly real?: { readonly model: Model; readonly annotator: Annotator };
};

const OPEN_TO_MEMBERS = {
  workspaces: [],
  channels: [],
  people: [],
  directMessages: true,
  guests: true,
  openPlatforms: [],
};

/** The real adapter over the real conversation, with a scripted model, on the loopback Discord. */
export const openStage = async (
  options: StageOptions = {},
  /** Of its own test, where tests run side by side. */
  finish: typeof onTestFinished = onTestFinished,
): Promise<Stage> => {
  const discord = await startDiscord(options.discord);
  const stage = new Stage(discord, options);
  finish(() => stage.close());
  await stage.open();
  return stage;
};

/** Long enough for anything that would come too much to have come. */
const QUIET_MS = 250;
const LOOK_MS = 20;

/** Where the logger writes: each line is kept. */
class LogLines extends Writable {
  readonly #lines: string[];

  constructor(lines: string[]) {
    super({ decodeStrings: false });
    this.#lines = lines;
  }

  override _write(line: string, _encoding: string, done: () => void): void {
    this.#lines.push(line);
    done();
  }
}

export class Stage {
  readonly discord: Discord;
  /** Where each channel was read to. */
  readonly bookmarks = new Map<string, string>();
  /** Bytes of every film that was taken in, as text. */
  readonly films: string[] = [];
  /** Logged lines, as JSON. */
  readonly log: string[] = [];
  /** Between two words of an answer. */
  paceMs = 0;
  /** The journal cannot be written. */
  failStore = false;
  /** How long the journal takes for a message. */
  storeMs = 0;
  readonly #options: StageOptions;
  readonly #answers = new Map<string, readonly string[]>();
  readonly #model;
  #settings: Partial<DiscordSettings> = {};
  #access: Partial<AccessRules> = {};
  readonly #stores = createMemoryStores({ now: Date.now });
  #gate: Promise<void> = Promise.resolve();
  #open: (() => void) | undefined;
  readonly #openedAt = Date.now();
  #offsetMs = 0;
  #adapter: DiscordAdapter | undefined;
  #conversation: Conversation | undefined;
  #teaching: Teaching | undefined;

  constructor(discord: Discord, options: StageOptions) {
    this.discord = discord;
    this.#options = options;
    this.#model = createScriptedModel({
      script: async (request) => {
        await this.#gate;
        return this.#answers.get(questionIn(request)) ?? piecesOf(questionIn(request));
      },
      pause: () => (this.paceMs === 0 ? setImmediate() : sleep(this.paceMs)),
    });
  }

  async open(): Promise<void> {
    const logger = createLogger('debug', new LogLines(this.log));
    const { model = this.#model, annotator = createBlankAnnotator() } = this.#options.real ?? {};
    const parts = { model, profile: DEMO_PROFILE, annotator, logger };
    const reading = createTestReading(model, DEMO_PROFILE, annotator);
    const more = { now: Date.now, id: randomUUID };
    const { timings } = TEST_LIMITS;
    const leaseMs = this.#options.leaseMs ?? timings.leaseMs;
    const limits = {
      ...TEST_LIMITS,
      timings: { ...timings, leaseMs, renewMs: Math.ceil(leaseMs / 3), heedMs: 50 },
    };
    const access = createAccess({
      ...OPEN_TO_MEMBERS,
      outsiders: false,
      ...this.#options.access,
      ...this.#access,
    });
    const teaching = createTeachingCases({
      ...parts,
      ...more,
      now: () => Date.now() + this.#offsetMs,
      stores: this.#stores,
      reading,
      modelAlone: createModelAlone({ model }),
      access,
      audit: { write: () => undefined },
      limits: { ...CASE_LIMITS, lookMs: 50 },
    });
    this.#teaching = teaching;
    await teaching.start();
    const cases = teaching.threads;
    const conversation = await createConversation({
      ...parts,
      ...more,
      cases,
      answer: createAnswer({
        ...parts,
        ...more,
        reading,
        retentionFilmsMs: limits.retention.filmsMs,
        cases,
      }),
      stores: this.#stores,
      alone: true,
      limits,
      intake: {
        take: async (bytes, how) => {
          this.films.push(new TextDecoder().decode(bytes));
          return (this.#options.intake ?? testIntake).take(bytes, how);
        },
      },
      access,
      fetchers: { discord: (reference, signal) => this.#adapterThere.fetcher(reference, signal) },
      audit: { write: () => undefined },
    });
    this.#conversation = conversation;
    this.#adapter = createDiscordAdapter({
      settings: {
        botToken: this.discord.token,
        apiUrl: this.discord.apiUrl,
        cdnHosts: [],
        followUps: 'started',
        spoilerChannels: [],
        removesUploads: false,
        moderatorsChannels: [],
        proxy: { url: undefined, except: '' },
        ...this.#options.settings,
        ...this.#settings,
      },
      conversation: this.#failing(conversation),
      cases: teaching.cases,
      model,
      bookmarks: {
        mark: ({ id }, message) => void this.bookmarks.set(id, message),
        all: () => allOf(this.bookmarks),
      },
      removals: createRemovals(() => this.#stores.records),
      logger,
      now: () => this.#now(),
    });
    this.#adapter.start();
    if (this.#options.connects !== false) await this.connected();
  }

  /** The conversation, whose journal cannot be written while `failStore` says so. */
  #failing(conversation: Conversation): Conversation {
    return new Proxy(conversation, {
      get: (target, name: keyof Conversation) => {
        if (name === 'take' && this.failStore)
          return () => Promise.reject(new WetreadError('store-failed'));
        if (name === 'take' && this.storeMs > 0)
          return async (message: Message) => {
            await sleep(this.storeMs);
            return target.take(message);
          };
        return target[name].bind(target);
      },
    });
  }

  #now(): number {
    const { clockRate = 1 } = this.#options;
    return this.#openedAt + (Date.now() - this.#openedAt) * clockRate + this.#offsetMs;
  }

  connected(): Promise<unknown> {
    return this.discord.until('it is connected', () => this.#adapter?.connection === 'connected');
  }

  get connection(): DiscordAdapter['connection'] | undefined {
    return this.#adapter?.connection;
  }

  get #adapterThere(): DiscordAdapter {
    if (this.#adapter === undefined) throw new Error('the adapter is there');
    return this.#adapter;
  }

  /** How many records of a kind are kept. */
  async kept(namespace: Namespace): Promise<number> {
    let count = 0;
    for await (const _key of this.#stores.records.keys(namespace)) count += 1;
    return count;
  }

  /** How many films that were taken in are kept. */
  async keptFilms(): Promise<number> {
    const films = await Promise.all(
      this.films.map((name) => this.#stores.blobs.get('films', name)),
    );
    return films.filter((bytes) => bytes !== undefined).length;
  }

  /** Starts the adapter and its conversation anew, over the same store. */
  async reopen(
    settings: Partial<DiscordSettings> = {},
    access: Partial<AccessRules> = {},
  ): Promise<void> {
    this.#access = { ...this.#access, ...access };
    await this.shut();
    this.#settings = { ...this.#settings, ...settings };
    await this.open();
  }

  async shut(): Promise<void> {
    await this.#adapter?.stop(0);
    await this.#conversation?.close(0);
    await this.#teaching?.close();
    this.#adapter = undefined;
    this.#conversation = undefined;
  }

  async close(): Promise<void> {
    this.release();
    await this.#adapter?.stop(0);
    await this.#conversation?.close(0);
    await this.#teaching?.close();
    await this.discord.close();
  }

  /** What the model says to a question, piece by piece. */
  answer(question: string, pieces: readonly string[]): void {
    this.#answers.set(question, pieces);
  }

  /** The model says nothing until `release`. */
  hold(): void {
    this.#gate = new Promise((resolve) => (this.#open = resolve));
  }

  release(): void {
    this.#open?.();
  }

  /** Moves the adapter's clock. */
  jump(ms: number): void {
    this.#offsetMs += ms;
  }

  pause(ms: number): Promise<void> {
    return sleep(ms);
  }

  get questions(): readonly string[] {
    return this.#model.calls.map(questionIn);
  }

  request(question: string): ModelRequest {
    const request = this.#model.calls.find((call) => questionIn(call) === question);
    if (request === undefined) throw new Error(`was not asked: ${question}`);
    return request;
  }

  /** Until the model was asked this. */
  asked(question: string | RegExp): Promise<unknown> {
    return this.discord.until(`it is asked ${String(question)}`, () =>
      this.questions.some((asked) =>
        typeof question === 'string' ? asked === question : question.test(asked),
      ),
    );
  }

  /** Until the hidden reading of a teaching case is kept. */
  async caseIsRead(): Promise<void> {
    for (;;) {
      for await (const key of this.#stores.records.keys('cases'))
        if (key.startsWith('reading:')) return;
      await sleep(LOOK_MS);
    }
  }

  /** Until the bot has so many messages in a channel or thread, and each is whole. */
  answered(channel: string, count: number, patienceMs?: number): Promise<readonly ShownMessage[]> {
    const find = (): false | readonly ShownMessage[] => {
      const replies = this.discord.replies(channel);
      return replies.length >= count && replies.every(isWhole) && replies;
    };
    return this.discord.until(`${count} whole replies`, find, patienceMs);
  }

  /** Until the thread of a case has so many whole replies; its id. */
  async caseOf(message: string, count = 1): Promise<string> {
    const thread = await this.discord.until(
      'a thread',
      () => this.discord.threadOf(message) || undefined,
    );
    await this.answered(thread, count);
    return thread;
  }

  /** Until nothing has happened on Discord for a while. */
  async quiet(): Promise<void> {
    for (let before = -1; before !== this.discord.calls.length;) {
      before = this.discord.calls.length;
      await sleep(QUIET_MS);
    }
  }

  /** The words of the bot's messages in a thread, without the small print. */
  says(channel: string): string[] {
    return this.discord.replies(channel).map(({ words }) => words);
  }

  calls(call: string): number {
    return this.discord.calls.filter((one) => one.call === call).length;
  }

  /** Calls that Discord refused with this code. */
  refusals(code: string): number {
    return this.discord.calls.filter(({ outcome }) => outcome === code).length;
  }
}

/** Nothing is being written any more: no button stops it, and nobody thinks. */
const isWhole = ({ loading, buttons }: ShownMessage): boolean =>
  !loading && buttons.every(({ label }) => label !== 'Stop');

async function* allOf(marks: ReadonlyMap<string, string>) {
  for (const [channel, message] of marks) yield { channel, message };
}
