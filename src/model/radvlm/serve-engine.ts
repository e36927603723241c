/**
 * The model's process: an engine behind a channel of messages. onnxruntime computes synchronously, so it must never run in the
 * main thread; and what it may do to a process (run out of memory, end by a signal) it does to this one.
 */
import { Engine } from './engine.ts';
import { type FromProcess, toFailure, type ToProcess } from './protocol.ts';

const send = (message: FromProcess): void => {
  // Nobody is left to hear it: 'disconnect' follows.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
};

let opening: Promise<Engine> | undefined;
const running = new Map<number, AbortController>();

const stream = async ({ id, request }: ToProcess & { type: 'stream' }): Promise<undefined> => {
  const engine = await opening;
  if (!engine) return;
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

const open = async ({ options }: ToProcess & { type: 'open' }): Promise<undefined> => {
  opening = Engine.open(options);
  await opening;
};

const forget = async (sha256: string): Promise<undefined> => {
  (await opening)?.forget(sha256);
};

const reply = (id: number, work: Promise<number | undefined>): void => {
  void work.then(
    (value) => send({ type: 'done', id, value }),
    (error: unknown) => send({ type: 'failed', id, failure: toFailure(error) }),
  );
};

const close = async (): Promise<void> => {
  for (const stop of running.values()) stop.abort();
  await (await opening?.catch(() => undefined))?.close();
  process.exit();
};

process.on('message', (message: ToProcess) => {
  switch (message.type) {
    case 'open':
      return reply(message.id, open(message));
    case 'stream':
      return reply(message.id, stream(message));
    case 'abort':
      return running.get(message.id)?.abort();
    case 'count':
      return reply(message.id, (async () => (await opening)?.count(message.messages))());
    case 'forget':
      return reply(message.id, forget(message.sha256));
    case 'close':
      return void close();
  }
});

// A signal at the terminal or from a supervisor reaches every process of the group; it is for the parent to say when to end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
// The parent has died: nobody is left to serve.
process.on('disconnect', () => process.exit());
