import { open, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { WetreadError } from '../../errors.ts';

/** Enough for every film that intake takes; keeps an endless input out of memory. */
const FILE_LIMIT_BYTES = 100 * 2 ** 20;

/**
 * The bytes of the film that was named; "-" is standard input. Fails with `file-missing`, `file-is-folder`,
 * `file-unreadable` or `file-too-large`.
 */
export const readFilmFile = async (
  name: string,
  { input, workingDirectory }: { input: NodeJS.ReadableStream; workingDirectory: string },
): Promise<Uint8Array> => {
  if (name === '-') return readAll(input);
  const file = await openFile(resolve(workingDirectory, name));
  try {
    const facts = await file.stat();
    if (facts.isDirectory()) throw new WetreadError('file-is-folder');
    if (facts.size > FILE_LIMIT_BYTES) throw tooLarge();
    return await readAll(file.createReadStream({ autoClose: false }));
  } finally {
    await file.close();
  }
};

const openFile = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(code))
      throw new WetreadError('file-missing');
    throw new WetreadError('file-unreadable', {}, { cause: error });
  }
};

const readAll = async (stream: NodeJS.ReadableStream): Promise<Uint8Array> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      const part = Buffer.from(chunk);
      chunks.push(part);
      bytes += part.length;
      if (bytes > FILE_LIMIT_BYTES) throw tooLarge();
    }
  } catch (error) {
    if (error instanceof WetreadError) throw error;
    throw new WetreadError('file-unreadable', {}, { cause: error });
  }
  return Buffer.concat(chunks);
};

const tooLarge = (): WetreadError =>
  new WetreadError('file-too-large', { limit: FILE_LIMIT_BYTES });
