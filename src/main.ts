import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from './main/command-line.ts';
import { serveUntilStopped } from './main/serve.ts';

/** The composition root: the only reader of the environment. Puts the parts together for the server or the command line. */

/** Runs the server until it is told to stop, then ends the process. */
export const serve = async (): Promise<void> => {
  process.exit(await serveUntilStopped(process.env));
};

/** Runs `wetread` with these arguments. Resolves to its exit code. */
export const commandLine = (argv: readonly string[]): Promise<number> =>
  runCommandLine(argv, process.env);

const [, started] = process.argv;
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) {
  await serve();
}
