/** The text gate's thread: onnxruntime computes synchronously, so it must never run in the main thread. */
import '../../no-telemetry.ts';
import { parentPort, workerData } from 'node:worker_threads';
import type { FromTextThread, TextThreadData, ToTextThread } from './protocol.ts';
import { TextFinder } from './text-finder.ts';

const port = parentPort;
if (!port) throw new Error('This file runs in a worker thread');

const { threads } = workerData as TextThreadData;
const opening = TextFinder.open(threads);
// Whoever asks hears of it.
opening.catch(() => {});

const send = (message: FromTextThread): void => port.postMessage(message);

const find = async ({ id, grey }: ToTextThread & { type: 'find' }): Promise<void> => {
  try {
    send({ type: 'found', id, found: await (await opening).find(grey) });
  } catch (error) {
    // Its words might quote the picture's; its place in the code does not.
    send({ type: 'failed', id, cause: error instanceof Error ? error : undefined });
  }
};

let last: Promise<void> = Promise.resolve();

/** One after the other: each picture takes some hundred megabytes while it is searched. */
port.on('message', (message: ToTextThread) => {
  last = last.then(async () => {
    if (message.type === 'find') return find(message);
    await (await opening.catch(() => undefined))?.close();
    // Nothing is left to keep the thread alive.
    port.close();
  });
});
