import { WetreadError } from '../errors.ts';
import type { Model, ModelEvent, ModelMessage, ModelRequest } from './model.ts';

export type QueueOptions = {
  /** Requests that may wait; one more fails with `queue-full`. */
  readonly places: number;
  /** Requests that the model works on at once. */
  readonly running: number;
};

/** A model with its queue; the numbers are of now, for metrics and health. */
export type Queue = Model & {
  readonly waiting: number;
  readonly running: number;
};

/**
 * The one queue before the one model, shared by every way in. Bounded; fair: askers take turns, each asker's requests stay in
 * order. Reading ahead (`background`) waits behind every question, makes room for one when the queue is full, and
 * leaves the last place at the model to questions.
 *
 * A request that has to wait hears its place (1 is next), and again whenever it has come closer. Others may be let in
 * ahead of it (an asker whose turn is sooner, a question before a reading ahead); a place that rises is not told.
 * Nothing that runs is interrupted for something that waits.
 *
 * Fails with `queue-full` (at once, or later if it was dropped while reading ahead) and `model-closed`.
 */
export const createQueue = (model: Model, options: QueueOptions): Queue =>
  new FairQueue(model, options);

class FairQueue implements Queue {
  readonly #model: Model;
  readonly #places: number;
  readonly #limit: number;
  readonly #questions = new Line();
  readonly #background = new Line();
  #running = 0;
  #closed = false;

  constructor(model: Model, { places, running }: QueueOptions) {
    this.#model = model;
    this.#places = places;
    this.#limit = running;
  }

  get name(): string {
    return this.#model.name;
  }
  get version(): string {
    return this.#model.version;
  }
  get demo(): boolean {
    return this.#model.demo;
  }
  get contextTokens(): number {
    return this.#model.contextTokens;
  }
  get waiting(): number {
    return this.#questions.size + this.#background.size;
  }
  get running(): number {
    return this.#running;
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    signal.throwIfAborted();
    const ticket = this.#enter(request);
    const leave = (): void => this.#leave(ticket);
    // The place is free at once, also when nobody listens any more.
    signal.addEventListener('abort', leave, { once: true });
    try {
      yield* placesOf(ticket, signal);
      // From here on the model itself keeps the signal, and the slot is free when it has stopped.
      signal.removeEventListener('abort', leave);
      yield* this.#run(request, signal, ticket);
    } finally {
      signal.removeEventListener('abort', leave);
      this.#leave(ticket);
    }
  }

  count(messages: readonly ModelMessage[]): Promise<number> {
    return this.#model.count(messages);
  }

  forget(sha256: string): Promise<void> {
    return this.#model.forget(sha256);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const line of [this.#questions, this.#background]) {
      for (const ticket of line.inOrder()) this.#dismiss(ticket, new WetreadError('model-closed'));
    }
    await this.#model.close();
  }

  /** The model's own events. The slot is given back with the end, or as soon as the model has stopped after an abort. */
  async *#run(
    request: ModelRequest,
    signal: AbortSignal,
    ticket: Ticket,
  ): AsyncGenerator<ModelEvent> {
    const events = this.#model.stream(request, signal)[Symbol.asyncIterator]();
    const finish = async (): Promise<void> => {
      try {
        await events.return?.();
      } finally {
        this.#leave(ticket);
      }
    };
    // A listener that aborts and never asks for another event must not keep the slot; what the model then throws is the abort.
    const finishQuietly = (): void => void finish().catch(() => {});
    signal.addEventListener('abort', finishQuietly, { once: true });
    try {
      for (;;) {
        const { value, done } = await events.next();
        if (done === true) break;
        if (value.type === 'end') {
          await finish();
          yield value;
          return;
        }
        yield value;
        signal.throwIfAborted();
      }
      signal.throwIfAborted();
    } finally {
      signal.removeEventListener('abort', finishQuietly);
      await finish();
    }
  }

  #enter({ asker, background }: ModelRequest): Ticket {
    if (this.#closed) throw new WetreadError('model-closed');
    const ticket = new Ticket(asker, background ? this.#background : this.#questions);
    if (this.#running < this.#limitOf(background)) {
      this.#running += 1;
      ticket.state = 'running';
      return ticket;
    }
    if (this.waiting >= this.#places) this.#makeRoom(background);
    ticket.line.add(ticket);
    this.#tellPlaces();
    return ticket;
  }

  /** Requests that may run when one more of this kind is to begin. */
  #limitOf(background: boolean): number {
    return background ? Math.max(1, this.#limit - 1) : this.#limit;
  }

  #makeRoom(background: boolean): void {
    const last = this.#background.inOrder().at(-1);
    if (background || last === undefined) throw new WetreadError('queue-full');
    this.#dismiss(last, new WetreadError('queue-full'));
  }

  #dismiss(ticket: Ticket, failure: WetreadError): void {
    ticket.line.remove(ticket);
    ticket.state = 'left';
    ticket.failure = failure;
    ticket.wake();
  }

  #leave(ticket: Ticket): void {
    if (ticket.state === 'left') return;
    if (ticket.state === 'waiting') ticket.line.remove(ticket);
    else this.#running -= 1;
    ticket.state = 'left';
    ticket.wake();
    this.#fillSlots();
    this.#tellPlaces();
  }

  #fillSlots(): void {
    while (this.#running < this.#limit) {
      const mayRead = this.#running < this.#limitOf(true);
      const next = this.#questions.take() ?? (mayRead ? this.#background.take() : undefined);
      if (next === undefined) return;
      this.#running += 1;
      next.state = 'running';
      next.wake();
    }
  }

  #tellPlaces(): void {
    const order = [...this.#questions.inOrder(), ...this.#background.inOrder()];
    for (const [index, ticket] of order.entries()) ticket.comeTo(index + 1);
  }
}

/** One request in the queue. */
class Ticket {
  readonly asker: string;
  readonly line: Line;
  state: 'waiting' | 'running' | 'left' = 'waiting';
  /** Why it was sent away while it waited. */
  failure: WetreadError | undefined = undefined;
  #place = Infinity;
  #wake = (): void => {};

  constructor(asker: string, line: Line) {
    this.asker = asker;
    this.line = line;
  }

  /** The best place so far; 1 is next. */
  get place(): number {
    return this.#place;
  }

  comeTo(place: number): void {
    if (place >= this.#place) return;
    this.#place = place;
    this.wake();
  }

  wake(): void {
    this.#wake();
  }

  /** Resolves at the next change of place or state. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** Places until it is the ticket's turn; a listener that is slow hears only the latest. */
async function* placesOf(ticket: Ticket, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  let told = Infinity;
  while (ticket.state === 'waiting') {
    if (ticket.place === told) {
      await ticket.change();
    } else {
      told = ticket.place;
      yield { type: 'queued', place: told };
    }
  }
  signal.throwIfAborted();
  if (ticket.failure !== undefined) throw ticket.failure;
}

/** Waiting tickets by asker. Invariant: askers stand in the order of their next turn, each with at least one ticket. */
class Line {
  readonly #byAsker = new Map<string, Ticket[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(ticket: Ticket): void {
    const own = this.#byAsker.get(ticket.asker);
    if (own === undefined) this.#byAsker.set(ticket.asker, [ticket]);
    else own.push(ticket);
    this.#size += 1;
  }

  /** The next ticket; its asker goes to the end. */
  take(): Ticket | undefined {
    const [first] = this.#byAsker;
    if (first === undefined) return undefined;
    const [asker, [ticket, ...rest]] = first;
    this.#byAsker.delete(asker);
    if (rest.length > 0) this.#byAsker.set(asker, rest);
    this.#size -= 1;
    return ticket;
  }

  remove(ticket: Ticket): void {
    const own = this.#byAsker.get(ticket.asker) ?? [];
    const index = own.indexOf(ticket);
    if (index < 0) return;
    own.splice(index, 1);
    if (own.length === 0) this.#byAsker.delete(ticket.asker);
    this.#size -= 1;
  }

  /** As they would be taken if nobody came or left: everyone's first, then everyone's second, and so on. */
  inOrder(): Ticket[] {
    const askers = [...this.#byAsker.values()];
    const rounds = Math.max(0, ...askers.map((tickets) => tickets.length));
    return Array.from({ length: rounds }, (_, round) =>
      askers.flatMap((tickets) => tickets[round] ?? []),
    ).flat();
  }
}
