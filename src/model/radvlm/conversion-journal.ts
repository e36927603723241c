import { appendFile, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { quantizationErrorSchema, type QuantizationError } from './quantize.ts';

/** In the folder of a conversion under way, a line for each thing that is on the disk. Not part of the result. */
export const JOURNAL_FILE = '.progress.jsonl';

const beginning = z.object({ key: z.string() });
const entry = z.object({
  file: z.string(),
  /** As many of the file's units, from the first on, are on the disk. */
  units: z.int().min(0),
  /** What rounding cost the tensors among those that are new. */
  errors: z.array(quantizationErrorSchema),
});

/** How far a conversion has come, so that one that was killed goes on and need not begin again. */
export class ConversionJournal {
  #path: string;
  readonly #units = new Map<string, number>();
  readonly #errors: QuantizationError[] = [];

  private constructor(path: string) {
    this.#path = path;
  }

  static async begin(folder: string, key: string): Promise<ConversionJournal> {
    const journal = new ConversionJournal(join(folder, JOURNAL_FILE));
    await appendFile(journal.#path, `${JSON.stringify({ key })}\n`);
    return journal;
  }

  /** The journal of a conversion that has ended in the middle; undefined if it was another one's. */
  static async resume(folder: string, key: string): Promise<ConversionJournal | undefined> {
    const path = join(folder, JOURNAL_FILE);
    const text = await readFile(path, 'utf8').catch(() => '');
    const [first, ...rest] = text.split('\n').map(parseLine);
    if (beginning.safeParse(first).data?.key !== key) return undefined;
    const journal = new ConversionJournal(path);
    // A line that was being written when it was killed is none: what it would say is written again.
    for (const line of rest) {
      const { data } = entry.safeParse(line);
      if (data) journal.#keep(data);
    }
    return journal;
  }

  /** What rounding cost, of every tensor that is on the disk. */
  get errors(): readonly QuantizationError[] {
    return this.#errors;
  }

  /** The folder has another name now. */
  movedTo(folder: string): this {
    this.#path = join(folder, JOURNAL_FILE);
    return this;
  }

  unitsOf(file: string): number {
    return this.#units.get(file) ?? 0;
  }

  /** Call it when the bytes are on the disk; resolves when this is, too. */
  async add(line: {
    readonly file: string;
    readonly units: number;
    readonly errors: readonly QuantizationError[];
  }): Promise<void> {
    const handle = await open(this.#path, 'a');
    try {
      // Begins a line of its own, in case the last one was cut short.
      await handle.appendFile(`\n${JSON.stringify(line)}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    this.#keep(line);
  }

  #keep({
    file,
    units,
    errors,
  }: {
    file: string;
    units: number;
    errors: readonly QuantizationError[];
  }) {
    this.#units.set(file, units);
    this.#errors.push(...errors);
  }
}

const parseLine = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
