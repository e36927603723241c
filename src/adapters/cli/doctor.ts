import { styleText } from 'node:util';
import { EXIT } from './exit-code.ts';
import type { CommandLineParts } from './parts.ts';

/** `wetread doctor`: each thing that Wetread stands on, whether it is well, and what to do where it is not. */
export const showDiagnosis = async (
  parts: CommandLineParts,
  options: { readonly json?: boolean },
): Promise<number> => {
  const { output, colours } = parts.terminal;
  const checks = await parts.diagnose();
  const ok = checks.every((check) => check.ok);
  if (options.json === true) {
    output.write(`${JSON.stringify({ ok, checks })}\n`);
    return ok ? EXIT.answered : EXIT.other;
  }
  const coloured = colours && output.isTTY === true;
  const paint = (colour: 'green' | 'red', text: string): string =>
    coloured ? styleText(colour, text, { validateStream: false }) : text;
  const width = Math.max(...checks.map(({ name }) => name.length));
  for (const check of checks) {
    const mark = check.ok ? paint('green', 'ok') : paint('red', 'NO');
    output.write(`${mark}  ${check.name.padEnd(width)}  ${check.found}\n`);
    if (check.advice !== null) output.write(`${' '.repeat(width + 6)}${check.advice}\n`);
  }
  return ok ? EXIT.answered : EXIT.other;
};
