import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeliveryDesk } from './delivery-desk.ts';
import type {
  OwnPart,
  PlatformRecord,
  Post,
  Press,
  RecordedPart,
  Saying,
} from './platform-record.ts';
import type { Random } from './random.ts';

/** How often a request of the bot goes wrong, and how. */
export type PlatformFaults = {
  /** Refused with 503, nothing done. */
  readonly refuse: number;
  /** Done, and then the connection is dropped without a word. */
  readonly drop: number;
  /** Done, and answered only after up to `slowMs`. */
  readonly slow: number;
  readonly slowMs: number;
};

export type PlatformOptions = {
  readonly sayings: readonly Saying[];
  readonly random: Random;
  readonly faults: PlatformFaults;
  /** A delivery that is not acknowledged by about then is sent again. */
  readonly redeliverMs: number;
  /** Messages that wait for a first word of their reply, at most: people who are still typing. */
  readonly mostWaiting: number;
  /** A person waits no longer than this for a reply before giving it up. */
  readonly patienceMs: number;
};

type Part = { -readonly [Key in keyof RecordedPart]: RecordedPart[Key] };

/**
 * A chat platform that outlives the bots that connect to it: it tells them what people say until they acknowledge it
 * (twice, as two kinds of event, late), holds what they post, edit and delete, and is slow and unreliable as told.
 * A request takes effect when it arrives; only its answer may be late or missing.
 */
export class ScriptedPlatform {
  readonly #options: PlatformOptions;
  readonly #desk: DeliveryDesk;
  readonly #parts = new Map<string, Part>();
  /** Parts by thread, in the order of posting. */
  readonly #threads = new Map<string, Part[]>();
  /** What is to be done when a message gets a reply. */
  readonly #waitingFor = new Map<string, (() => void)[]>();
  readonly #answered = new Set<string>();
  readonly #presses: Press[] = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #now = 0;
  #waiting = 0;
  #said = 0;
  #allowed = Infinity;
  /** Who waits for room. */
  #queue: (() => void)[] = [];

  constructor(options: PlatformOptions) {
    this.#options = options;
    this.#desk = new DeliveryDesk({ ...options, tick: () => (this.#now += 1) });
  }

  /** Where bots connect. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Everybody says what they have to say; resolves when each has a reply or has run out of patience. */
  async talk(): Promise<void> {
    const threads = new Map<string, Saying[]>();
    for (const saying of this.#options.sayings) {
      const sayings = threads.get(saying.thread);
      if (sayings === undefined) threads.set(saying.thread, [saying]);
      else sayings.push(saying);
    }
    await Promise.all(Array.from(threads.values(), (sayings) => this.#talkIn(sayings)));
  }

  /** People say no more than so many messages in all until more are allowed. */
  allow(messages: number): void {
    this.#allowed = messages;
    for (const wake of this.#queue.splice(0)) wake();
  }

  /** Messages that have some reply. */
  get replied(): number {
    return this.#answered.size;
  }

  /** Deliveries that no bot has acknowledged. */
  get unacknowledged(): number {
    return this.#desk.open;
  }

  /** Counts whatever happens, so that who watches can tell that nothing does. */
  get happened(): number {
    return this.#now;
  }

  /** Tells something once more that was acknowledged long ago. */
  repeat(saying: Saying): void {
    this.#desk.deliver({ kind: 'message', saying });
  }

  get record(): PlatformRecord {
    return {
      deliveries: this.#desk.deliveries,
      presses: this.#presses,
      parts: [...this.#parts.values()],
    };
  }

  async close(): Promise<void> {
    this.#desk.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #talkIn(sayings: readonly Saying[]): Promise<void> {
    const { random, patienceMs } = this.#options;
    let last: Promise<unknown> = Promise.resolve();
    let before: Saying | undefined;
    for (const saying of sayings) {
      if (!saying.hurried) await last;
      await sleep(random.below(THINKING_MS));
      const giveBack = await this.#enter();
      // Words after a film without words may have no reply of their own: they join it.
      const joins = before?.text === '' ? before.id : undefined;
      const replied = new Promise<void>((resolve) => {
        this.#waitFor(saying.id, saying.id, resolve);
        if (joins !== undefined) this.#waitFor(joins, saying.id, resolve);
      });
      before = saying;
      last = Promise.race([replied, sleep(patienceMs, undefined, { ref: false })]);
      void last.then(giveBack);
      this.#desk.deliver({ kind: 'message', saying });
      if (random.chance(TOLD_TWICE)) this.#desk.deliver({ kind: 'mention', saying });
    }
    await last;
  }

  /** Takes a message for answered once there is a reply to `to`, itself or the film that it joins. */
  #waitFor(to: string, saying: string, resolve: () => void): void {
    const waiting = this.#waitingFor.get(to) ?? [];
    this.#waitingFor.set(to, waiting);
    waiting.push(() => {
      this.#answered.add(saying);
      resolve();
    });
  }

  /** Waits until there is room for one more who waits; resolves to what gives the room back. */
  async #enter(): Promise<() => void> {
    while (this.#waiting >= this.#options.mostWaiting || this.#said >= this.#allowed)
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#waiting += 1;
    this.#said += 1;
    return () => {
      this.#waiting -= 1;
      this.#queue.shift()?.();
    };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (path === '/deliveries') {
      this.#desk.connect(response);
      return;
    }
    const body = await readBody(request);
    // The bot died while it asked: a request that did not arrive whole has no effect.
    if (body === undefined) return;
    const { random, faults } = this.#options;
    if (random.chance(faults.refuse)) {
      response.writeHead(503).end();
      return;
    }
    const answer = this.#perform(path, body);
    if (random.chance(faults.drop)) {
      response.destroy();
      return;
    }
    if (random.chance(faults.slow)) await sleep(random.below(faults.slowMs));
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? null));
  }

  #perform(path: string, body: unknown): unknown {
    switch (path) {
      case '/acknowledge':
        this.#desk.acknowledge((body as { delivery: string }).delivery);
        return {};
      case '/post':
        return this.#post(body as Post);
      case '/edit': {
        const { id, text } = body as { id: string; text: string };
        const part = this.#parts.get(id);
        if (part?.deletedAt !== undefined) return undefined;
        if (part !== undefined && part.text !== text) {
          part.text = text;
          part.changedAt = this.#now += 1;
        }
        return part && {};
      }
      case '/delete': {
        const part = this.#parts.get((body as { id: string }).id);
        if (part !== undefined) part.deletedAt ??= this.#now += 1;
        return {};
      }
      case '/own':
        return this.#own((body as { thread: string }).thread);
      case '/film':
        return body;
      default:
        return undefined;
    }
  }

  #post(post: Post): { readonly id: string } {
    const id = `part-${this.#parts.size + 1}`;
    const at = (this.#now += 1);
    const part = { ...post, id, postedAt: at, changedAt: at, deletedAt: undefined };
    this.#parts.set(id, part);
    const thread = this.#threads.get(post.thread);
    if (thread === undefined) this.#threads.set(post.thread, [part]);
    else thread.push(part);
    for (const tell of this.#waitingFor.get(post.answers) ?? []) tell();
    if (post.kind === 'question') this.#press(post);
    return { id };
  }

  #own(thread: string): OwnPart[] {
    return (this.#threads.get(thread) ?? [])
      .filter(({ deletedAt }) => deletedAt === undefined)
      .map(({ id, key, kind, text }) => ({ id, key, kind, text }));
  }

  /** Whoever is asked presses the first button, once. */
  #press({ answers, key, options: [code] }: Post): void {
    const saying = this.#options.sayings.find(({ id }) => id === answers);
    const id = `press-${answers}`;
    if (saying === undefined || code === undefined) return;
    if (this.#presses.some((press) => press.id === id)) return;
    const press = { id, saying: answers, code };
    this.#presses.push(press);
    void sleep(this.#options.random.below(THINKING_MS)).then(() =>
      this.#desk.deliver({ kind: 'press', press, key, saying }),
    );
  }
}

/** People here think fast, so that a soak is over in minutes and messages still meet replies that are being written. */
const THINKING_MS = 40;
/** Of the messages, how many come as a mention too. */
const TOLD_TWICE = 0.3;

/** The JSON of a request; undefined when its connection ended first. */
const readBody = async (request: IncomingMessage): Promise<unknown> => {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
};
