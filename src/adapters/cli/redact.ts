import { relative } from 'node:path';
import type { Redacted } from '../../core/intake/redact-picture.ts';
import type { PixelBox } from '../../core/text-gate/text-gate.ts';
import { chooseAnnotatedFile } from './annotated-file.ts';
import { EXIT } from './exit-code.ts';
import { readFilmFile } from './film-file.ts';
import type { CommandLineParts } from './parts.ts';
import { sayRemoved } from './removed-words.ts';

export type RedactOptions = { readonly out: string; readonly json?: boolean };

/**
 * `wetread redact FILE --out PNG`: the picture as it would be kept, and what was done to it, without what it said.
 * Resolves to the exit code; fails with a `WetreadError`.
 */
export const redactFile = async (
  parts: CommandLineParts,
  file: string,
  { out, json = false }: RedactOptions,
): Promise<number> => {
  const { terminal, workingDirectory } = parts;
  const bytes = await readFilmFile(file, { input: terminal.input, workingDirectory });
  const target = await chooseAnnotatedFile({ film: file, out, workingDirectory });
  const redacted = await parts.redact(bytes);
  await target.write(redacted.film.png);
  if (json) terminal.output.write(`${JSON.stringify(outputOf(redacted))}\n`);
  else for (const line of linesOf(redacted)) terminal.output.write(`${line}\n`);
  if (!json)
    terminal.output.write(`Redacted picture: ${relative(workingDirectory, target.path)}\n`);
  return EXIT.answered;
};

const outputOf = ({ masked, kept, removed, question }: Redacted) => ({
  masked: masked.map(tupleOf),
  kept: kept.map(({ box, kind }) => ({ box: tupleOf(box), kind })),
  removed,
  question,
});

/** x1, y1 inclusive, x2, y2 exclusive, as in `read --json`. */
const tupleOf = ({ x1, y1, x2, y2 }: PixelBox): readonly number[] => [x1, y1, x2, y2];

const linesOf = ({ masked, kept, removed, question }: Redacted): readonly string[] => [
  masked.length === 0
    ? 'No text was found that would be masked.'
    : `Masked: ${masked.length === 1 ? '1 place' : `${masked.length} places`} with text.`,
  ...(kept.length === 0 ? [] : [`Kept: ${kept.map(({ kind }) => kind).join(', ')}.`]),
  ...(removed.length === 0 ? [] : [`Removed: ${sayRemoved(removed)}.`]),
  ...(question
    ? ['What was masked looks like patient data: look whether something of it is left.']
    : []),
];
