import type { ChildProcess } from 'node:child_process';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { ModelEvent, ModelMessage, ModelRequest } from '../model.ts';
import type { EngineOptions } from './engine.ts';
import { EventChannel } from './event-channel.ts';
import { forkEngine } from './fork-engine.ts';
import { fromFailure, type FromProcess, STARTING, type ToProcess } from './protocol.ts';

/** A step of a large model takes a second or two, and cannot be interrupted; then the process is ended by force. */
const CLOSE_GRACE_MS = 10_000;

/** Who waits for one request's answer. */
type Listener = {
  readonly event: (event: ModelEvent) => void;
  readonly done: (value: number | undefined) => void;
  readonly failed: (error: WetreadError) => void;
};

/** One life of the model's process. When it dies, everything that was asked of it fails with `model-stopped`. */
export class ModelProcess {
  readonly #process: ChildProcess;
  readonly #logger: Logger;
  readonly #listeners = new Map<number, Listener>();
  #lastId = STARTING;
  #ended = false;
  #closing: Promise<void> | undefined;

  /** Resolves when the weights are loaded. Fails as the engine does, or with `model-stopped`. */
  static async start(options: EngineOptions, logger: Logger): Promise<ModelProcess> {
    const started = new ModelProcess(logger);
    try {
      const ready = started.#listen(STARTING);
      started.#send({ type: 'open', id: STARTING, options });
      await ready;
    } catch (error) {
      await started.#kill();
      throw error;
    }
    return started;
  }

  private constructor(logger: Logger) {
    this.#logger = logger;
    this.#process = forkEngine();
    this.#process.on('message', (message: FromProcess) => this.#hear(message));
    this.#process.on('error', (error) => {
      this.#logger.error({ err: error }, 'model process failed');
      // one that was never born does not exit
      if (this.#process.pid === undefined) this.#end(null, null);
    });
    this.#process.on('exit', (code, signal) => this.#end(code, signal));
  }

  /** It died, or was closed: of no use any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Asked for when first iterated; leaving the loop ends it in the process as well. */
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
    const exited = this.#exited();
    this.#failAll(new WetreadError('model-closed'));
    this.#send({ type: 'close' });
    const force = setTimeout(() => this.#process.kill('SIGKILL'), CLOSE_GRACE_MS);
    await exited;
    clearTimeout(force);
  }

  async #kill(): Promise<void> {
    if (this.#ended) return;
    const exited = this.#exited();
    this.#process.kill('SIGKILL');
    await exited;
  }

  #exited(): Promise<void> {
    return new Promise((resolve) => this.#process.once('exit', () => resolve()));
  }

  #hear(message: FromProcess): void {
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

  #end(exitCode: number | null, signal: NodeJS.Signals | null): void {
    this.#ended = true;
    if (this.#closing) return;
    this.#logger.error({ exitCode, signal }, 'model process ended');
    this.#failAll(new WetreadError('model-stopped'));
  }

  #failAll(error: WetreadError): void {
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.failed(error);
  }

  #call(message: (id: number) => ToProcess): Promise<number | undefined> {
    return new Promise((done, failed) => {
      this.#ask(message, { event: () => {}, done, failed });
    });
  }

  #listen(id: number): Promise<number | undefined> {
    return new Promise((done, failed) => {
      this.#listeners.set(id, { event: () => {}, done, failed });
    });
  }

  #ask(message: (id: number) => ToProcess, listener: Listener): number {
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

  #send(message: ToProcess): void {
    // What cannot be sent any more is answered by the exit, which follows.
    if (this.#process.connected) this.#process.send(message, () => {});
  }
}
