import { randomUUID } from 'node:crypto';
import { access, constants, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { WetreadError } from '../../errors.ts';

/** Where the annotated picture goes. */
export interface AnnotatedFile {
  /** Absolute. */
  readonly path: string;
  /** Whole or not at all. Fails with `output-unwritable`. */
  write(png: Uint8Array): Promise<void>;
}

/**
 * Chooses where the annotated picture of a film goes, before anybody waits for an answer: `out`, or
 * "FILM.annotated.png" in the working directory (`number` above 1 makes it "FILM.annotated-2.png"). Never the film
 * itself, by whatever name. Fails with `usage` or `output-unwritable`.
 */
export const chooseAnnotatedFile = async (options: {
  readonly film: string;
  readonly out: string | undefined;
  readonly workingDirectory: string;
  readonly number?: number;
}): Promise<AnnotatedFile> => {
  const { film, out, workingDirectory, number = 1 } = options;
  const path = resolve(workingDirectory, out ?? defaultName(film, number));
  const [there, filmThere] = await Promise.all([
    factsOf(path),
    film === '-' ? undefined : factsOf(resolve(workingDirectory, film)),
  ]);
  if (there && filmThere && there.dev === filmThere.dev && there.ino === filmThere.ino) {
    throw new WetreadError('usage', {
      problem: 'The annotated picture would overwrite the film. Choose another place with --out.',
    });
  }
  if (there?.isDirectory()) throw new WetreadError('output-unwritable');
  await access(there ? path : dirname(path), constants.W_OK).catch(refuse);
  return { path, write: (png) => writeWhole(path, png).catch(refuse) };
};

const defaultName = (film: string, number: number): string => {
  const name = film === '-' ? 'film' : basename(film, extname(film));
  return `${name}.annotated${number > 1 ? `-${number}` : ''}.png`;
};

const factsOf = (path: string) => stat(path).catch(() => undefined);

const refuse = (cause: unknown): never => {
  throw new WetreadError('output-unwritable', {}, { cause });
};

/** Beside its place first, then renamed, so that no reader meets half a picture. A device or pipe is written to. */
const writeWhole = async (path: string, png: Uint8Array): Promise<void> => {
  const there = await factsOf(path);
  if (there && !there.isFile()) return writeFile(path, png);
  const target = there ? await realpath(path) : path;
  const draft = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    await writeFile(draft, png);
    await rename(draft, target);
  } finally {
    await rm(draft, { force: true });
  }
};
