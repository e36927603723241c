import type { Status } from '../../core/reply.ts';
import { timeLeftInWords } from '../../core/time-left.ts';
import type { OutputStream } from './parts.ts';
import { printable } from './printable.ts';

/** Of a line that may be rewritten: back to its start, and cleared. */
const REWIND = '\r\u001b[2K';

/** A plain line is written for every quarter, not for every chunk that was read. */
const PLAIN_STEP_PERCENT = 25;

/**
 * What the command is doing, on standard error: one line that is rewritten on a terminal, a plain line for each new
 * thing elsewhere.
 */
export interface Progress {
  status(status: Status): void;
  /** Progress of a part that knows its share, such as converting. */
  share(doing: string, done: number, total: number, leftMs?: number): void;
  /** Shows the end of the words that arrived, where they are not printed anyway. Terminals only. */
  words(text: string): void;
  /** Takes the rewritten line away, so that something else can be printed. */
  clear(): void;
}

/** Shows nothing: for programs that read --json without watching. */
export const SILENT: Progress = {
  status: () => undefined,
  share: () => undefined,
  words: () => undefined,
  clear: () => undefined,
};

export const createProgress = (stream: OutputStream): Progress =>
  stream.isTTY === true ? createLiveProgress(stream) : createPlainProgress(stream);

const createLiveProgress = (stream: OutputStream): Progress => {
  let shown = false;
  const show = (line: string): void => {
    const room = roomOn(stream);
    stream.write(`${REWIND}${line.slice(0, room)}`);
    shown = true;
  };
  return {
    status: (status) => show(inWords(status)),
    share: (doing, done, total, leftMs) => show(sharedInWords(doing, done, total, leftMs)),
    words: (text) => {
      const room = roomOn(stream);
      show(printable(text).replaceAll(/\s+/g, ' ').slice(-room));
    },
    clear: () => {
      if (shown) stream.write(REWIND);
      shown = false;
    },
  };
};

/** Characters that fit on one line; a terminal that does not know its width says 0. */
const roomOn = ({ columns }: OutputStream): number => (columns || 80) - 1;

const createPlainProgress = (stream: OutputStream): Progress => {
  // a reply reads the film again for each question of its own, which is news only once
  const said = new Set<string>();
  const line = (text: string): void => {
    if (!said.has(text)) stream.write(`${text}\n`);
    said.add(text);
  };
  const share = (doing: string, done: number, total: number): void => {
    const percent = percentOf(done, total);
    line(`${doing}, ${percent - (percent % PLAIN_STEP_PERCENT)} %`);
  };
  return {
    status: (status) => {
      if (status.phase === 'reading') share(READING, status.done, status.total);
      else line(inWords(status));
    },
    share,
    words: () => undefined,
    clear: () => undefined,
  };
};

const READING = 'reading the film';

const inWords = (status: Status): string => {
  switch (status.phase) {
    case 'queued':
      return `waiting, place ${status.place}`;
    case 'reading':
      return sharedInWords(READING, status.done, status.total, status.leftMs);
    case 'answering':
      return 'answering';
    case 'checking':
      return `checking what it found, ${status.left} left`;
    case 'drawing':
      return 'drawing';
  }
};

const sharedInWords = (
  doing: string,
  done: number,
  total: number,
  leftMs: number | undefined,
): string =>
  [doing, `${percentOf(done, total)} %`, timeLeftInWords(leftMs)]
    .filter((part) => part !== '')
    .join(', ');

const percentOf = (done: number, total: number): number =>
  total === 0 ? 100 : Math.floor((100 * Math.min(done, total)) / total);

/** Speed is not known before it has been seen for so long. */
const SPEED_KNOWN_MS = 1_000;

/** Progress of one part, with the time left by the speed since it began. */
export const createTimedShare = (
  progress: Progress,
  doing: string,
): ((done: number, total: number) => void) => {
  let first: { readonly at: number; readonly done: number } | undefined;
  return (done, total) => {
    const at = performance.now();
    first ??= { at, done };
    const [spentMs, made] = [at - first.at, done - first.done];
    const isKnown = spentMs >= SPEED_KNOWN_MS && made > 0;
    const leftMs = isKnown ? (spentMs / made) * (total - done) : undefined;
    progress.share(doing, done, total, leftMs);
  };
};
