import type { Worker } from 'node:worker_threads';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { ModelEvent, ModelMessage, ModelRequest } from '../model.ts';
import '../../no-telemetry.ts';
import { startWorker } from '../../start-worker.ts';
import { EventChannel } from './event-channel.ts';
import {
  fromFailure,
  type FromThread,
  STARTING,
  type ThreadData,
  type ToThread,
} from './protocol.ts';

/** A step of a large model takes a second or two, and cannot be interrupted; then the thread is ended by force. */
const CLOSE_GRACE_MS = 10_000;

/** Who waits for one request's answer. */
type Listener = {
  readonly event: (event: ModelEvent) => void;
  readonly done: (value: number | undefined) => void;
  readonly failed: (error: WetreadError) => void;
};

/** One life of the model's thread. When it dies, everything that was asked of it fails with `model-stopped`. */
export class ModelThread {
  readonly #worker: Worker;
  readonly #logger: Logger;
  readonly #listeners = new Map<number, Listener>();
  #lastId = STARTING;
  #ended = false;
  #closing: Promise<void> | undefined;

  /** Resolves when the weights are loaded. Fails as the engine does, or with `model-stopped`. */
  static async start(data: ThreadData, logger: Logger): Promise<ModelThread> {
    const thread = new ModelThread(data, logger);
    try {
      await thread.#listen(STARTING);
    } catch (error) {
      await thread.#worker.terminate();
      throw error;
    }
    return thread;
  }

  private constructor(data: ThreadData, logger: Logger) {
    this.#logger = logger;
    this.#worker = startWorker(import.meta.url, './worker', { workerData: data });
    this.#worker.on('message', (message: FromThread) => this.#hear(message));
    this.#worker.on('error', (error) => this.#logger.error({ err: error }, 'model thread failed'));
    this.#worker.on('exit', (code) => this.#end(code));
  }

  /** It died, or was closed: of no use any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Asked for when first iterated; leaving the loop ends it in the thread as well. */
  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void> {
    const channel = new EventChannel<ModelEvent>();
    const id = this.#ask((id) => ({ type: 'stream', id, request }), {
      event: (event) => channel.push(event),
      done: () => channel.finish(),
      failed: (error) => channel.fail(error),
    });
    const abort = (): void => channel.fail(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      for await (const event of channel) {
        yield event;
        if (event.type === 'end') return;
      }
    } finally {
      signal.removeEventListener('abort', abort);
      if (this.#listeners.delete(id)) this.#send({ type: 'abort', id });
    }
  }

  async count(messages: readonly ModelMessage[]): Promise<number> {
    return (await this.#call((id) => ({ type: 'count', id, messages }))) ?? 0;
  }

  async forget(sha256: string): Promise<void> {
    await this.#call((id) => ({ type: 'forget', id, sha256 }));
  }

  /** Ends what is running, with `model-closed`, and waits until the weights are freed. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#ended) return;
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#failAll(new WetreadError('model-closed'));
    this.#send({ type: 'close' });
    const force = setTimeout(() => void this.#worker.terminate(), CLOSE_GRACE_MS);
    await exited;
    clearTimeout(force);
  }

  #hear(message: FromThread): void {
    if (message.type === 'ready') return this.#take(STARTING)?.done(undefined);
    // Of one that nobody listens to any more, there may still be messages under way.
    if (message.type === 'event') return this.#listeners.get(message.id)?.event(message.event);
    const listener = this.#take(message.id);
    if (message.type === 'done') return listener?.done(message.value);
    const { failure } = message;
    if (listener && failure.code === 'model-failed') {
      this.#logger.error({ err: failure.cause, code: failure.code }, 'model failed');
    }
    listener?.failed(fromFailure(failure));
  }

  #end(exitCode: number): void {
    this.#ended = true;
    if (this.#closing) return;
    this.#logger.error({ exitCode }, 'model thread ended');
    this.#failAll(new WetreadError('model-stopped'));
  }

  #failAll(error: WetreadError): void {
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.failed(error);
  }

  #call(message: (id: number) => ToThread): Promise<number | undefined> {
    return new Promise((done, failed) => {
      this.#ask(message, { event: () => {}, done, failed });
    });
  }

  #listen(id: number): Promise<number | undefined> {
    return new Promise((done, failed) => {
      this.#listeners.set(id, { event: () => {}, done, failed });
    });
  }

  #ask(message: (id: number) => ToThread, listener: Listener): number {
    const id = ++this.#lastId;
    if (this.#closing) listener.failed(new WetreadError('model-closed'));
    else if (this.#ended) listener.failed(new WetreadError('model-stopped'));
    else {
      this.#listeners.set(id, listener);
      this.#send(message(id));
    }
    return id;
  }

  #take(id: number): Listener | undefined {
    const listener = this.#listeners.get(id);
    this.#listeners.delete(id);
    return listener;
  }

  #send(message: ToThread): void {
    this.#worker.postMessage(message);
  }
}
