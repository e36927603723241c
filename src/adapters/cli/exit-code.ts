import { ERRORS, type ErrorCode } from '../../errors.ts';

/** What the command ends with; documented in docs/errors.md. */
export const EXIT = {
  /** "Not seen" is an answer too. */
  answered: 0,
  other: 1,
  usage: 2,
  /** Refused, or a question to the user is open. */
  refused: 3,
  model: 4,
  /** As a shell reports a command that SIGINT ended. */
  stopped: 130,
} as const;

/** The exit code for a failure of the one table. */
export const exitCodeOf = (code: string): number => {
  if (!(code in ERRORS)) return EXIT.other;
  // the model cannot be had: for whoever waits for the answer that is the model's failure, not a setting's
  if (code.startsWith('checkpoint-')) return EXIT.model;
  const { kind } = ERRORS[code as ErrorCode];
  switch (kind) {
    case 'usage':
      return EXIT.usage;
    case 'refused':
      return EXIT.refused;
    case 'model':
      return EXIT.model;
    case 'stopped':
      return EXIT.stopped;
    case 'setting':
    case 'internal':
      return EXIT.other;
  }
};
