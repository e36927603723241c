import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WetreadError } from '../../errors.ts';
import { ELEMENT_BYTES, widen } from './element-type.ts';
import type { Manifest } from './manifest.ts';

/** Rows [vocabulary, width] in the checkpoint's own type. */
export const EMBEDDINGS_FILE = 'embeddings';
/** One row of float32: the learned end of a row of the image's map. */
export const IMAGE_NEWLINE_FILE = 'image-newline';

/**
 * Bytes of a table that is held in memory. RadVLM's 1.1 GB are read a row at a time (7 KB a token, from the system's
 * page cache); the demo's 0.6 MB are not worth a system call each.
 */
const MEMORY_LIMIT = 64 * 2 ** 20;

/** `embed_tokens`, outside the graph: a row is read when its token comes. */
export type Embeddings = {
  /**
   * Writes the rows of these tokens one behind the other into `into`, from element `offset` on, as float32. A token
   * without a row is `checkpoint-tokenizer`.
   */
  read(ids: ArrayLike<number>, into: Float32Array, offset: number): void;
  close(): Promise<void>;
};

export const openEmbeddings = async (
  directory: string,
  manifest: Manifest,
): Promise<Embeddings> => {
  const { vocabularyRows: rows, hiddenSize: width } = manifest.config.text;
  const type = manifest.embeddingType;
  const rowBytes = width * ELEMENT_BYTES[type];
  const table = await openRows(join(directory, EMBEDDINGS_FILE), rows, rowBytes);
  return {
    read(ids, into, offset) {
      for (let index = 0; index < ids.length; index++) {
        const id = ids[index] ?? -1;
        if (!Number.isInteger(id) || id < 0 || id >= rows)
          throw new WetreadError('checkpoint-tokenizer', {
            reason: `it gives token ${id}, and there are ${rows} embeddings`,
          });
        widen(type, table.read(id), into, offset + index * width);
      }
    },
    close: () => table.close(),
  };
};

type Rows = { read(id: number): Uint8Array; close(): Promise<void> };

const openRows = async (path: string, rows: number, rowBytes: number): Promise<Rows> => {
  const descriptor = openSync(path, 'r');
  if (fstatSync(descriptor).size !== rows * rowBytes) {
    closeSync(descriptor);
    throw new WetreadError('checkpoint-file-invalid', {
      part: EMBEDDINGS_FILE,
      reason: 'it has another size than the model',
    });
  }
  if (rows * rowBytes <= MEMORY_LIMIT) {
    closeSync(descriptor);
    const whole = await readFile(path);
    // Copied where it begins in the middle of an element of a shared buffer.
    const aligned = whole.byteOffset % 4 === 0 ? whole : new Uint8Array(whole);
    return {
      read: (id) => aligned.subarray(id * rowBytes, (id + 1) * rowBytes),
      close: async () => {},
    };
  }
  const row = new Uint8Array(rowBytes);
  return {
    read(id) {
      let done = 0;
      while (done < rowBytes)
        done += readSync(descriptor, row, done, rowBytes - done, id * rowBytes + done);
      return row;
    },
    close: async () => closeSync(descriptor),
  };
};

/** `image_newline`, [text width]. */
export const readImageNewline = async (
  directory: string,
  manifest: Manifest,
): Promise<Float32Array> => {
  const bytes = await readFile(join(directory, IMAGE_NEWLINE_FILE));
  const values = new Float32Array(manifest.config.text.hiddenSize);
  widen('F32', new Uint8Array(bytes), values, 0);
  return values;
};
