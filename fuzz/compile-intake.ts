import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type * as DecodeFile from '../src/core/intake/decode-file.ts';

const ROOT = join(import.meta.dirname, '..');

/**
 * The decoding of files as it is shipped, compiled: a thread that runs it from TypeScript would load the compiler anew
 * for each file, ten times as slow.
 */
export const compileIntake = async (): Promise<typeof DecodeFile> => {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [compiler, '-p', 'fuzz/tsconfig.json'], {
    cwd: ROOT,
  });
  const compiled = join(ROOT, '.fuzz/core/intake/decode-file.js');
  return (await import(pathToFileURL(compiled).href)) as typeof DecodeFile;
};
