import { access, constants, stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { WetreadError } from '../../errors.ts';
import { refuseOutput, writeWhole } from './write-whole.ts';

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
  await access(there ? path : dirname(path), constants.W_OK).catch(refuseOutput);
  return { path, write: (png) => writeWhole(path, png) };
};

const defaultName = (film: string, number: number): string => {
  const name = film === '-' ? 'film' : basename(film, extname(film));
  return `${name}.annotated${number > 1 ? `-${number}` : ''}.png`;
};

const factsOf = (path: string) => stat(path).catch(() => undefined);
