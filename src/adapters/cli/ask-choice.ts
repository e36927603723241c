import { createInterface } from 'node:readline';
import type { Choice } from '../../core/reply.ts';
import type { Terminal } from './parts.ts';

/** Somebody sits at the terminal. */
export const mayAsk = ({ input, output }: Terminal): boolean =>
  input.isTTY === true && output.isTTY === true;

/** Asks whoever sits at the terminal for one of the choices. undefined: none was typed. */
export const askChoice = (
  { input, output }: Terminal,
  options: readonly Choice[],
): Promise<Choice['code'] | undefined> => {
  const lines = createInterface({ input, output, terminal: true, prompt: '> ' });
  lines.prompt();
  return new Promise((resolve) => {
    // Ctrl-C and the end of the input choose nothing.
    lines.on('SIGINT', () => lines.close());
    lines.on('close', () => resolve(undefined));
    lines.on('line', (line) => {
      resolve(options.find(({ code }) => code === line.trim())?.code);
      lines.close();
    });
  });
};
