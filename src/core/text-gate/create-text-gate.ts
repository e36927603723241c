import type { Worker } from 'node:worker_threads';
import '../../no-telemetry.ts';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { startWorker } from '../../start-worker.ts';
import type { Grey } from '../gate/grey.ts';
import type { FromTextThread, TextThreadData, ToTextThread } from './protocol.ts';
import type { FoundText, TextGate } from './text-gate.ts';

export type TextGateOptions = TextThreadData & { readonly logger: Logger };

/** The text gate in a thread of its own, which is started, and loads its models, with the first picture. */
export const createTextGate = (options: TextGateOptions): TextGate => {
  let thread: TextThread | undefined;
  return {
    find: (grey) => {
      // One that died left its requests failed; the next picture starts another.
      if (thread === undefined || thread.ended) thread = new TextThread(options);
      return thread.find(grey);
    },
    close: async () => thread?.close(),
  };
};

type Waiting = {
  readonly found: (texts: readonly FoundText[]) => void;
  readonly failed: (error: WetreadError) => void;
};

/** One life of the thread. */
class TextThread {
  readonly #worker: Worker;
  readonly #logger: Logger;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #ended = false;

  constructor({ threads, logger }: TextGateOptions) {
    this.#logger = logger;
    this.#worker = startWorker(import.meta.url, './worker', { workerData: { threads } });
    this.#worker.on('message', (message: FromTextThread) => this.#hear(message));
    this.#worker.on('error', (error) => logger.error({ err: error }, 'text thread failed'));
    this.#worker.on('exit', () => this.#end());
    this.#worker.unref();
  }

  get ended(): boolean {
    return this.#ended;
  }

  find(grey: Grey): Promise<readonly FoundText[]> {
    const id = ++this.#lastId;
    return new Promise((found, failed) => {
      this.#waiting.set(id, { found, failed });
      // It keeps the process alive only while somebody waits for it.
      this.#worker.ref();
      this.#send({ type: 'find', id, grey });
    });
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.ref();
    this.#send({ type: 'close' });
    await exited;
  }

  #send(message: ToTextThread): void {
    this.#worker.postMessage(message);
  }

  #hear(message: FromTextThread): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (message.type === 'found') return waiting?.found(message.found);
    this.#logger.error({ err: message.cause }, 'text gate failed');
    waiting?.failed(new WetreadError('text-gate-failed'));
  }

  #end(): void {
    this.#ended = true;
    for (const { failed } of this.#waiting.values()) failed(new WetreadError('text-gate-failed'));
    this.#waiting.clear();
  }
}
