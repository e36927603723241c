import { readFile } from 'node:fs/promises';
import { compileIntake } from './compile-intake.ts';
import { mutateFile } from './mutate-file.ts';
import type { FuzzTarget } from './target.ts';

/** Above intake's own ten seconds for a file, on a busy machine. */
const LIMIT_MS = 30_000;
/** As intake has it. */
const AT_ONCE = 2;

type TableError = { readonly name: string; readonly code: string; readonly message: string };

const isOfTable = (error: unknown): error is TableError =>
  error instanceof Error && error.name === 'WetreadError' && 'code' in error;

/** Damaged copies of these files are to be decoded, or refused with a sentence of the table of errors. */
export const openDecodeTarget = async (names: readonly string[]): Promise<FuzzTarget> => {
  const files = await Promise.all(names.map((name) => readFile(name)));
  const { decodeFile } = await compileIntake();
  return {
    limitMs: LIMIT_MS,
    atOnce: AT_ONCE,
    attempt: async (random) => {
      const file = mutateFile(files, random);
      try {
        await decodeFile(file);
        return { kind: 'answered', what: 'decoded' };
      } catch (error) {
        if (isOfTable(error) && error.code !== 'internal' && !/undefined|NaN/.test(error.message))
          return { kind: 'answered', what: error.code };
        return { kind: 'silent', what: String(error) };
      }
    },
    close: () => Promise.resolve(),
  };
};
