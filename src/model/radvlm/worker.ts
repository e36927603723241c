/** The model's thread: an engine behind a message port. onnxruntime computes synchronously, so it must never run in the main thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { Engine } from './engine.ts';
import {
  type FromThread,
  STARTING,
  type ThreadData,
  toFailure,
  type ToThread,
} from './protocol.ts';

const port = parentPort;
if (!port) throw new Error('This file runs in a worker thread');

const send = (message: FromThread): void => port.postMessage(message);

const serve = (engine: Engine): void => {
  const running = new Map<number, AbortController>();

  const stream = async ({ id, request }: ToThread & { type: 'stream' }): Promise<undefined> => {
    const stop = new AbortController();
    running.set(id, stop);
    try {
      for await (const event of engine.stream(request, stop.signal)) {
        send({ type: 'event', id, event });
      }
    } finally {
      running.delete(id);
    }
  };

  const reply = (id: number, work: Promise<number | undefined>): void => {
    void work.then(
      (value) => send({ type: 'done', id, value }),
      (error: unknown) => send({ type: 'failed', id, failure: toFailure(error) }),
    );
  };

  const close = async (): Promise<void> => {
    for (const stop of running.values()) stop.abort();
    await engine.close();
    // Nothing is left to keep the thread alive.
    port.close();
  };

  port.on('message', (message: ToThread) => {
    switch (message.type) {
      case 'stream':
        return reply(message.id, stream(message));
      case 'abort':
        return running.get(message.id)?.abort();
      case 'count':
        return reply(message.id, engine.count(message.messages));
      case 'forget':
        engine.forget(message.sha256);
        return send({ type: 'done', id: message.id, value: undefined });
      case 'close':
        return void close();
    }
  });
};

try {
  serve(await Engine.open(workerData as ThreadData));
  send({ type: 'ready' });
} catch (error) {
  send({ type: 'failed', id: STARTING, failure: toFailure(error) });
}
