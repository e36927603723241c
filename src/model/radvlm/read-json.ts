import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { WetreadError } from '../../errors.ts';

/** Bytes. The longest that a checkpoint has beside its tokenizer, a shard index, is under 0.1 MB for RadVLM. */
const JSON_LIMIT = 16 * 2 ** 20;

/**
 * One of a checkpoint's JSON files, checked; undefined when there is none. Fails with `checkpoint-file-invalid` when
 * it is not JSON or not what the schema says.
 */
export const readJson = async <Schema extends z.ZodType>(
  directory: string,
  part: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> => {
  const text = await readText(join(directory, part), part);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WetreadError('checkpoint-file-invalid', { part, reason: 'it is not JSON' });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path.join('.') ?? '';
  const reason =
    field === '' ? 'it does not hold what it should' : `its ${field} is missing or wrong`;
  throw new WetreadError('checkpoint-file-invalid', { part, reason });
};

const readText = async (path: string, part: string): Promise<string | undefined> => {
  try {
    const { size } = await stat(path);
    if (size > JSON_LIMIT)
      throw new WetreadError('checkpoint-file-invalid', { part, reason: 'it is too long' });
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof WetreadError) throw error;
    if (isMissing(error)) return undefined;
    throw new WetreadError(
      'checkpoint-file-invalid',
      { part, reason: 'it cannot be read' },
      { cause: error },
    );
  }
};

/** There is no such file, or what should be its folder is a file. */
export const isMissing = (error: unknown): boolean => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
};
