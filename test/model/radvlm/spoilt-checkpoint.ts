import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { GOLDEN } from './golden.ts';

export type Header = Record<
  string,
  { dtype: string; shape: number[]; data_offsets: [number, number] }
>;

/** A folder for one test file's use; removed at its end. */
export const createTemporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'wetread-test-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** A copy of a reference checkpoint, to be spoilt. */
export const copyCheckpoint = async (name: string, parent: string): Promise<string> => {
  const folder = await mkdtemp(join(parent, `${name}-`));
  await cp(join(GOLDEN, 'checkpoints', name), folder, { recursive: true });
  return folder;
};

/** Changes one of a checkpoint's JSON files. */
export const editJson = async (
  path: string,
  edit: (content: Record<string, any>) => void,
): Promise<void> => {
  const content = JSON.parse(await readFile(path, 'utf8')) as Record<string, any>;
  edit(content);
  await writeFile(path, JSON.stringify(content));
};

/** Writes a safetensors file: its header as it is when it is text already. */
export const writeSafetensors = (
  path: string,
  header: Header | string,
  data: Uint8Array,
): Promise<void> => {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return writeFile(path, Buffer.concat([length, text, data]));
};

/** Changes a safetensors file's header and leaves its data alone. */
export const editHeader = async (
  path: string,
  edit: (header: Header) => Header | string | void,
): Promise<void> => {
  const file = await readFile(path);
  const start = 8 + Number(file.readBigUInt64LE());
  const header = JSON.parse(file.toString('utf8', 8, start)) as Header;
  delete header['__metadata__'];
  await writeSafetensors(path, edit(header) ?? header, file.subarray(start));
};
