import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertCheckpoint } from '../../../src/model/radvlm/convert.ts';
import { openEmbeddings } from '../../../src/model/radvlm/embeddings.ts';
import type { Manifest } from '../../../src/model/radvlm/manifest.ts';
import { readGoldenTensors } from './golden-tensors.ts';
import { GOLDEN } from './golden.ts';
import { createTemporaryFolder } from './spoilt-checkpoint.ts';

const folder = await createTemporaryFolder();
const WIDTH = 64;

const convert = async (name: string) => {
  const directory = join(folder, name);
  const manifest = await convertCheckpoint(join(GOLDEN, 'checkpoints', name), directory, {
    lanes: 1,
  });
  return { directory, manifest };
};

const float32 = await convert('a-mha-fp32');
const bfloat16 = await convert('b-gqa-bf16-tied');

describe('the rows of tokens', () => {
  test("are the checkpoint's, in the order asked for, from the offset on", async () => {
    const embeddings = await openEmbeddings(float32.directory, float32.manifest);
    const file = join(GOLDEN, 'checkpoints', 'a-mha-fp32', 'model.safetensors');
    const table = (await readGoldenTensors(file)).get('language_model.model.embed_tokens.weight');
    const row = (id: number) => Array.from(table?.values ?? []).slice(id * WIDTH, (id + 1) * WIDTH);
    const into = new Float32Array(4 * WIDTH).fill(9);
    embeddings.read([511, 0], into, WIDTH);
    expect([...into.subarray(WIDTH, 3 * WIDTH)]).toEqual([...row(511), ...row(0)]);
    expect(into.filter((value) => value === 9)).toHaveLength(2 * WIDTH);
    await embeddings.close();
  });

  test('are kept in the type of the checkpoint', () => {
    expect(bfloat16.manifest.embeddingType).toBe('BF16');
    expect(bfloat16.manifest.files['embeddings']).toBe(512 * WIDTH * 2);
    expect(float32.manifest.files['embeddings']).toBe(512 * WIDTH * 4);
  });

  test('are the same from a table too large for memory', async () => {
    const { text } = bfloat16.manifest.config;
    // 70 MB: each row holds its own number, bfloat16, in all of its columns.
    const rows = 545_000;
    const table = new Uint16Array(rows * WIDTH);
    for (let row = 0; row < rows; row++) table.fill(row & 0x7f7f, row * WIDTH, (row + 1) * WIDTH);
    await writeFile(join(folder, 'embeddings'), new Uint8Array(table.buffer));
    const config = { ...bfloat16.manifest.config, text: { ...text, vocabularyRows: rows } };
    const manifest: Manifest = { ...bfloat16.manifest, config };
    const embeddings = await openEmbeddings(folder, manifest);
    const into = new Float32Array(3 * WIDTH);
    embeddings.read([0, 544_999, 12_345], into, 0);
    const bits = new Uint32Array(into.buffer);
    const upper = (row: number) => (bits[row * WIDTH + 63] ?? 0) / 0x1_0000;
    expect([upper(0), upper(1), upper(2)]).toEqual([0, 544_999 & 0x7f7f, 12_345 & 0x7f7f]);
    await embeddings.close();
  });

  test.each([512, -1, 1.5, NaN])('are not there for token %d', async (id) => {
    const embeddings = await openEmbeddings(float32.directory, float32.manifest);
    expect(() => embeddings.read([id], new Float32Array(WIDTH), 0)).toThrow(
      expect.objectContaining({ code: 'checkpoint-tokenizer' }),
    );
    await embeddings.close();
  });

  test('are not read from a table of another size', async () => {
    const { directory, manifest } = await convert('c-anyres-fp16');
    await truncate(join(directory, 'embeddings'), 100);
    await expect(openEmbeddings(directory, manifest)).rejects.toMatchObject({
      code: 'checkpoint-file-invalid',
    });
  });
});
