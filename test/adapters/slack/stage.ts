import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished, vi } from 'vitest';
import { createHttpServer, type HttpAdapter, type HttpServer } from '../../../src/adapters/http.ts';
import { createSlackAdapter, type SlackAdapter } from '../../../src/adapters/slack/slack.ts';
import type { SlackSettings } from '../../../src/adapters/slack/slack-settings.ts';
import { createAccess } from '../../../src/core/access.ts';
import type { Conversation } from '../../../src/core/conversation.ts';
import { createAnswer } from '../../../src/core/conversation/create-answer.ts';
import { createConversation } from '../../../src/core/conversation/create-conversation.ts';
import type { Intake } from '../../../src/core/intake/intake.ts';
import { DEMO_PROFILE } from '../../../src/core/profile/demo.ts';
import { WetreadError } from '../../../src/errors.ts';
import { createLogger, type Logger } from '../../../src/log.ts';
import type { ModelRequest } from '../../../src/model/model.ts';
import { createMemoryStores } from '../../../src/state/memory-stores.ts';
import { createScriptedModel } from '../../support/scripted-model.ts';
import {
  createBlankAnnotator,
  createTestReading,
  questionIn,
} from '../../support/scripted-reader.ts';
import type { ShownMessage } from '../../support/slack/shown.ts';
import { startSlack, type Slack, type SlackOptions } from '../../support/slack/slack.ts';
import type { Film } from '../../support/slack/workspace.ts';
import { TEST_LIMITS, testIntake } from '../../support/test-conversation.ts';

/** A second or two on a quiet machine; tests wait for what happens, and a busy one may take its time. */
vi.setConfig({ testTimeout: 120_000 });

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
  readonly slack?: SlackOptions;
  readonly settings?: Partial<SlackSettings>;
  /** Slack calls the adapter with signed requests; else there is a socket. */
  readonly overHttp?: boolean;
  /** How long a turn's claim is good for without being renewed. */
  readonly leaseMs?: number;
  /** How much faster the adapter's clock goes than the real one: pauses and deadlines of seconds are over sooner. */
  readonly clockRate?: number;
  /** In place of one that takes every file for a film. */
  readonly intake?: Intake;
  /** SLACK_CONNECT. */
  readonly outsiders?: boolean;
  /** Once Slack is there, before anybody calls it. */
  readonly before?: (slack: Slack) => void;
  /** GUESTS. */
  readonly guests?: boolean;
};

const OPEN_TO_MEMBERS = {
  workspaces: [],
  channels: [],
  people: [],
  directMessages: true,
  openPlatforms: [],
};

/** The real adapter over the real conversation, with a scripted model, on the loopback Slack. */
export const openStage = async (
  options: StageOptions = {},
  /** Of its own test, where tests run side by side. */
  finish: typeof onTestFinished = onTestFinished,
): Promise<Stage> => {
  const slack = await startSlack({
    acknowledgeMs: 2_000,
    retryMs: [0, 300, 600],
    ...options.slack,
  });
  options.before?.(slack);
  const stage = new Stage(slack, options);
  finish(() => stage.close());
  await stage.open();
  return stage;
};

/** Long enough for anything that would come too much to have come. */
const QUIET_MS = 250;

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
  readonly slack: Slack;
  /** Bytes of every film that was taken in, as text. */
  readonly films: string[] = [];
  /** Logged lines, as JSON. */
  readonly log: string[] = [];
  /** Between two words of an answer. */
  paceMs = 0;
  /** The journal cannot be written. */
  failStore = false;
  readonly #options: StageOptions;
  readonly #answers = new Map<string, readonly string[]>();
  readonly #model;
  #gate: Promise<void> = Promise.resolve();
  #open: (() => void) | undefined;
  readonly #openedAt = Date.now();
  #offsetMs = 0;
  #adapter: SlackAdapter | undefined;
  #conversation: Conversation | undefined;
  #door: HttpServer | undefined;

  constructor(slack: Slack, options: StageOptions) {
    this.slack = slack;
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
    const model = this.#model;
    const parts = { model, profile: DEMO_PROFILE, annotator: createBlankAnnotator(), logger };
    const more = { now: Date.now, id: randomUUID };
    const { timings } = TEST_LIMITS;
    const leaseMs = this.#options.leaseMs ?? timings.leaseMs;
    const limits = {
      ...TEST_LIMITS,
      timings: {
        ...timings,
        leaseMs,
        renewMs: Math.ceil(leaseMs / 3),
        // A machine that stands still for longer loses its turns, and takes them up again.
        recoverMs: Math.min(timings.recoverMs, leaseMs),
        heedMs: 50,
      },
    };
    const conversation = await createConversation({
      ...parts,
      ...more,
      answer: createAnswer({
        ...parts,
        ...more,
        reading: createTestReading(model),
        retentionFilmsMs: limits.retention.filmsMs,
      }),
      stores: createMemoryStores({ now: Date.now }),
      alone: true,
      limits,
      intake: {
        take: async (bytes, how) => {
          this.films.push(new TextDecoder().decode(bytes));
          return (this.#options.intake ?? testIntake).take(bytes, how);
        },
      },
      access: createAccess({
        ...OPEN_TO_MEMBERS,
        guests: this.#options.guests ?? false,
        outsiders: this.#options.outsiders ?? false,
      }),
      fetchers: { slack: (reference, signal) => this.#adapterThere.fetcher(reference, signal) },
      audit: { write: () => undefined },
    });
    this.#conversation = conversation;
    const { overHttp = false } = this.#options;
    this.#adapter = createSlackAdapter({
      settings: {
        botToken: this.slack.botToken,
        appToken: overHttp ? undefined : this.slack.appToken,
        signingSecret: overHttp ? this.slack.signingSecret : undefined,
        apiUrl: this.slack.apiUrl,
        fileHosts: [],
        followUps: 'started',
        moderators: [],
        proxy: { url: undefined, except: '' },
        ...this.#options.settings,
      },
      conversation: this.#failing(conversation),
      model,
      logger,
      now: () => this.#now(),
    });
    if (this.#adapter.http !== undefined) await this.#openDoor(this.#adapter.http, logger);
    this.#adapter.start();
    await this.slack.until('it is connected', () => this.#adapterThere.connection === 'connected');
  }

  async #openDoor(adapter: HttpAdapter, logger: Logger): Promise<void> {
    const door = createHttpServer({
      logger,
      host: '127.0.0.1',
      names: [],
      ready: async () => ({}),
      id: randomUUID,
    });
    this.#door = door;
    await door.register(adapter);
    this.slack.sendEventsTo(`${(await door.listen(0)).url}slack/events`);
  }

  /** The conversation, whose journal cannot be written while `failStore` says so. */
  #failing(conversation: Conversation): Conversation {
    return new Proxy(conversation, {
      get: (target, name: keyof Conversation) => {
        if (name === 'take' && this.failStore)
          return () => Promise.reject(new WetreadError('store-failed'));
        return target[name].bind(target);
      },
    });
  }

  #now(): number {
    const { clockRate = 1 } = this.#options;
    return this.#openedAt + (Date.now() - this.#openedAt) * clockRate + this.#offsetMs;
  }

  get #adapterThere(): SlackAdapter {
    if (this.#adapter === undefined) throw new Error('the adapter is there');
    return this.#adapter;
  }

  /** As the program ends that is told to. */
  async end(): Promise<void> {
    await Promise.all([this.#adapter?.stop(0), this.#conversation?.close(0)]);
  }

  async close(): Promise<void> {
    this.release();
    await this.end();
    await this.#door?.close();
    await this.slack.close();
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
    return this.slack.until(`it is asked ${String(question)}`, () =>
      this.questions.some((asked) =>
        typeof question === 'string' ? asked === question : question.test(asked),
      ),
    );
  }

  /** Until the bot has so many messages in the thread, and each is whole. */
  answered(
    channel: string,
    thread: string,
    count: number,
    patienceMs?: number,
  ): Promise<readonly ShownMessage[]> {
    const find = (): false | readonly ShownMessage[] => {
      const replies = this.slack.replies(channel, thread);
      return replies.length >= count && replies.every(isWhole) && replies;
    };
    return this.slack.until(`${count} whole replies`, find, patienceMs);
  }

  pictured(channel: string, thread: string, count: number): Promise<unknown> {
    return this.slack.until(
      `${count} pictures`,
      () => this.pictures(channel, thread).length >= count,
    );
  }

  /** Until nothing has happened on Slack for a while. */
  async quiet(): Promise<void> {
    for (let before = -1; before !== this.slack.calls.length;) {
      before = this.slack.calls.length;
      await sleep(QUIET_MS);
    }
  }

  /** The words of the bot's messages in a thread, without what hangs under them; pictures are not among them. */
  says(channel: string, thread: string): string[] {
    return this.slack
      .replies(channel, thread)
      .filter(({ pictures }) => pictures.length === 0)
      .map(({ words }) => words);
  }

  pictures(channel: string, thread: string): ShownMessage['pictures'] {
    return this.slack.replies(channel, thread).flatMap(({ pictures }) => pictures);
  }

  calls(method: string): number {
    return this.slack.calls.filter((call) => call.method === method).length;
  }

  /** Calls that Slack refused with this. */
  refusals(error: string): number {
    return this.slack.calls.filter(({ outcome }) => outcome === error).length;
  }
}

/** Nothing is being written any more: no stream is open, and no button stops it. */
const isWhole = ({ streaming, buttons }: ShownMessage): boolean =>
  !streaming && buttons.every(({ label }) => label !== 'Stop');
