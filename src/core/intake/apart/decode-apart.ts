import type { Worker } from 'node:worker_threads';
import { WetreadError } from '../../../errors.ts';
import { startWorker } from '../../../start-worker.ts';
import type { DecodedApart } from '../decoded.ts';
import type { ApartJob, FromApart } from './protocol.ts';

/** JPEG 2000, the slowest packing, takes a second for 5 megapixels on one core; the largest detectors have 15. */
const LIMIT_MS = 10_000;
/** Elements of a file are objects; hostile files have millions. Pixels are not on this heap. */
const MOST_HEAP_MEBIBYTES = 512;

/**
 * Decodes a file in a thread made for it and thrown away after: a decoder that hangs, traps or fills its memory takes
 * nothing along. Fails with a code of the film's part of the table.
 */
export const decodeApart = async (job: ApartJob, limitMs = LIMIT_MS): Promise<DecodedApart> => {
  const worker = startWorker(import.meta.url, './worker', {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MEBIBYTES },
    // Some decoders print what they find in a file.
    stdout: true,
    stderr: true,
    execArgv: [],
    env: {},
  });
  try {
    return await listen(worker, limitMs);
  } finally {
    // Once it has answered, or failed to, nothing of it is wanted.
    await worker.terminate();
  }
};

const listen = (worker: Worker, limitMs: number): Promise<DecodedApart> =>
  new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      act();
    };
    const fail = (error: unknown): void => settle(() => reject(error));
    worker.on('message', (message: FromApart) => {
      switch (message.type) {
        case 'begun':
          // Counted from here, as a busy machine may start a thread late.
          timer = setTimeout(() => fail(new WetreadError('picture-too-slow')), limitMs);
          return;
        case 'decoded':
          return settle(() => resolve(message.decoded));
        case 'failed':
          return fail(fromThread(message));
      }
    });
    // Once begun: out of memory, or a trap that nothing caught; its words stay out of the log. Before: ours.
    const failByItself = (error: unknown): void =>
      fail(timer === undefined ? error : new WetreadError('picture-damaged'));
    worker.on('error', failByItself);
    worker.on('exit', () => failByItself(new Error('the decoding thread ended before it began')));
  });

const fromThread = ({ code, facts }: FromApart & { type: 'failed' }): WetreadError =>
  new WetreadError(code, facts as never);
