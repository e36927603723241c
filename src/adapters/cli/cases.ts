import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ExportedCase } from '../../core/teaching/export-cases.ts';
import { EXIT } from './exit-code.ts';
import type { CommandLineParts } from './parts.ts';
import { refuseOutput, writeWhole } from './write-whole.ts';

/** `wetread cases export`: each case as a folder with its film and a file of key and answers. */
export const exportCasesTo = async (
  parts: CommandLineParts,
  { out }: { readonly out: string },
): Promise<number> => {
  const { terminal, workingDirectory } = parts;
  const folder = resolve(workingDirectory, out);
  let count = 0;
  await parts.exportCases(async (cases: AsyncIterable<ExportedCase>) => {
    for await (const { name, film, facts } of cases) {
      const place = join(folder, name);
      await mkdir(place, { recursive: true }).catch(refuseOutput);
      if (film !== undefined) await writeWhole(join(place, 'film.png'), film);
      const text = new TextEncoder().encode(`${JSON.stringify(facts, undefined, 2)}\n`);
      await writeWhole(join(place, 'case.json'), text);
      count += 1;
    }
    return count;
  });
  terminal.errors.write(
    `${count === 1 ? 'One teaching case' : `${count} teaching cases`} exported.\n`,
  );
  return EXIT.answered;
};
