import type { Status } from '../../core/reply.ts';
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
  share(doing: string, done: number, total: number): void;
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
    share: (doing, done, total) => show(`${doing}, ${percentOf(done, total)} %`),
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
      return `${READING}, ${percentOf(status.done, status.total)} %`;
    case 'answering':
      return 'answering';
    case 'checking':
      return `checking what it found, ${status.left} left`;
    case 'drawing':
      return 'drawing';
  }
};

const percentOf = (done: number, total: number): number =>
  total === 0 ? 100 : Math.floor((100 * Math.min(done, total)) / total);
