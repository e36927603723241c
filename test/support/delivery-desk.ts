import type { ServerResponse } from 'node:http';
import type { Delivery, RecordedDelivery } from './platform-record.ts';
import type { Random } from './random.ts';

export type DeskOptions = {
  readonly random: Random;
  readonly redeliverMs: number;
  /** The next place in the count of everything that happens. */
  readonly tick: () => number;
};

type Told =
  | Omit<Extract<Delivery, { kind: 'message' | 'mention' }>, 'delivery'>
  | Omit<Extract<Delivery, { kind: 'press' }>, 'delivery'>;

type Open = {
  readonly told: Told;
  readonly thread: string;
  timer: NodeJS.Timeout | undefined;
  tries: number;
  acknowledged: boolean;
};

type Connection = { readonly number: number; readonly response: ServerResponse };

/** A few milliseconds on the wire, so that threads overtake each other. */
const WIRE_MS = 8;
/** Deliveries come again after ever longer times, up to so many times the first one: a bot that is slow is not drowned. */
const LONGEST_WAIT = 16;
/** Of the deliveries that were acknowledged, how many come again all the same: the acknowledgement was lost on the way. */
const FORGOTTEN_ACKNOWLEDGEMENT = 0.05;

/**
 * Tells bots what happened until they acknowledge it. First deliveries of one thread keep their order; threads overtake
 * each other, and what is sent again comes when it comes.
 */
export class DeliveryDesk {
  readonly deliveries: { -readonly [Key in keyof RecordedDelivery]: RecordedDelivery[Key] }[] = [];
  readonly #options: DeskOptions;
  readonly #connections = new Set<Connection>();
  /** What a delivery was of, by its id. */
  readonly #sent = new Map<string, { readonly open: Open; readonly index: number }>();
  readonly #open = new Set<Open>();
  /** When the last delivery of a thread is on its way, so that the next one leaves after it. */
  readonly #wires = new Map<string, Promise<void>>();
  #connected = 0;
  #closed = false;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** How many are not acknowledged. */
  get open(): number {
    return this.#open.size;
  }

  deliver(told: Told): void {
    const { thread } = told.saying;
    const open: Open = { told, thread, timer: undefined, tries: 0, acknowledged: false };
    this.#open.add(open);
    const before = this.#wires.get(thread) ?? Promise.resolve();
    const wire = before.then(() => this.#onTheWire());
    this.#wires.set(thread, wire);
    void wire.then(() => this.#send(open));
  }

  /** A bot listens; it is told at once what is still open, oldest first in each thread. */
  connect(response: ServerResponse): void {
    const connection = { number: (this.#connected += 1), response };
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.flushHeaders();
    this.#connections.add(connection);
    const leave = (): void => void this.#connections.delete(connection);
    response.once('close', leave).once('error', leave);
    for (const open of this.#open) if (open.tries > 0) this.#send(open);
  }

  acknowledge(delivery: string): void {
    const sent = this.#sent.get(delivery);
    if (sent === undefined) return;
    const { open, index } = sent;
    this.deliveries[index]!.acknowledgedAt ??= this.#options.tick();
    if (open.acknowledged) return;
    open.acknowledged = true;
    clearTimeout(open.timer);
    this.#open.delete(open);
    const { random, redeliverMs } = this.#options;
    if (random.chance(FORGOTTEN_ACKNOWLEDGEMENT))
      setTimeout(() => this.#send(open), random.below(10 * redeliverMs)).unref();
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#open) clearTimeout(timer);
    for (const { response } of this.#connections) response.end();
  }

  #send(open: Open): void {
    if (this.#closed) return;
    const connections = [...this.#connections];
    const { random, redeliverMs } = this.#options;
    const connection = connections[random.below(connections.length)];
    open.tries += 1;
    if (!open.acknowledged) {
      clearTimeout(open.timer);
      const waitMs = redeliverMs * Math.min(2 ** open.tries, LONGEST_WAIT) * (0.5 + random.next());
      open.timer = setTimeout(() => this.#send(open), waitMs);
    }
    if (connection === undefined) return;
    const delivery = `delivery-${this.deliveries.length + 1}`;
    this.#sent.set(delivery, { open, index: this.deliveries.length });
    this.deliveries.push({
      delivery,
      subject: open.told.kind === 'press' ? open.told.press.id : open.told.saying.id,
      connection: connection.number,
      sentAt: this.#options.tick(),
      acknowledgedAt: undefined,
    });
    const told: Delivery = { ...open.told, delivery };
    connection.response.write(`${JSON.stringify(told)}\n`);
  }

  #onTheWire(): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, this.#options.random.below(WIRE_MS));
    });
  }
}
