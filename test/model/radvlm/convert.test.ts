import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertCheckpoint } from '../../../src/model/radvlm/convert.ts';
import { readGoldenTensors } from './golden-tensors.ts';
import { GOLDEN } from './golden.ts';
import {
  copyCheckpoint,
  createTemporaryFolder,
  editHeader,
  editJson,
} from './spoilt-checkpoint.ts';

const folder = await createTemporaryFolder();
const golden = (name: string) => join(GOLDEN, 'checkpoints', name);

describe('a conversion', () => {
  test('writes the same bytes from the same weights under three sets of names', async () => {
    const weights = [];
    for (const naming of ['4.4x', '5-default', '5-native']) {
      const out = join(folder, naming);
      await convertCheckpoint(golden(`d-layer2-names-${naming}`), out, { lanes: 1 });
      const names = ['vision.onnx', 'vision.onnx.data', 'decoder.onnx', 'decoder.onnx.data'];
      const files = await Promise.all(names.map((name) => readFile(join(out, name), 'base64')));
      weights.push(files.join());
    }
    expect(new Set(weights).size).toBe(1);
  });

  test("keeps the checkpoint's image_newline as float32", async () => {
    const out = join(folder, 'newline');
    await convertCheckpoint(golden('a-mha-fp32'), out, { lanes: 1 });
    const tensors = await readGoldenTensors(join(golden('a-mha-fp32'), 'model.safetensors'));
    const bytes = new Uint8Array(await readFile(join(out, 'image-newline')));
    expect(new Float32Array(bytes.buffer)).toEqual(tensors.get('image_newline')?.values);
  });

  test('takes the head from the embeddings only where the configuration ties them', async () => {
    const untied = await copyCheckpoint('b-gqa-bf16-tied', folder);
    await editJson(join(untied, 'config.json'), (config) => {
      config['tie_word_embeddings'] = false;
      config['text_config'].tie_word_embeddings = false;
    });
    await expect(
      convertCheckpoint(untied, join(folder, 'untied'), { lanes: 1 }),
    ).rejects.toMatchObject({
      code: 'checkpoint-tensor-missing',
      message: expect.stringContaining('head.weight'),
    });
  });

  test('that fails writes nothing', async () => {
    const directory = await copyCheckpoint('a-mha-fp32', folder);
    await editHeader(join(directory, 'model.safetensors'), (header) => {
      const norm = header['language_model.model.norm.weight'];
      if (norm) norm.dtype = 'I32';
    });
    const parent = join(folder, 'failed');
    await expect(
      convertCheckpoint(directory, join(parent, 'out'), { lanes: 1 }),
    ).rejects.toMatchObject({
      code: 'checkpoint-tensor-invalid',
      message: expect.stringContaining('text.norm.weight'),
    });
    await expect(readdir(parent)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('refuses a checkpoint without a tokenizer', async () => {
    const directory = await copyCheckpoint('a-mha-fp32', folder);
    await rm(join(directory, 'tokenizer.json'));
    await expect(
      convertCheckpoint(directory, join(folder, 'no'), { lanes: 1 }),
    ).rejects.toMatchObject({
      code: 'checkpoint-file-missing',
      message: expect.stringContaining('tokenizer.json'),
    });
  });

  test('refuses a tokenizer that does not fit, and writes nothing', async () => {
    const directory = await copyCheckpoint('a-mha-fp32', folder);
    await editJson(join(directory, 'tokenizer.json'), (tokenizer) => {
      tokenizer['added_tokens'] = [];
    });
    const parent = join(folder, 'unfit');
    await expect(
      convertCheckpoint(directory, join(parent, 'out'), { lanes: 1 }),
    ).rejects.toMatchObject({
      code: 'checkpoint-tokenizer',
      message: expect.stringContaining('it has no image token'),
    });
    await expect(readdir(parent)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('refuses a tokenizer that cannot be read', async () => {
    const directory = await copyCheckpoint('a-mha-fp32', folder);
    await rm(join(directory, 'tokenizer.json'));
    await mkdir(join(directory, 'tokenizer.json'));
    await expect(
      convertCheckpoint(directory, join(folder, 'no'), { lanes: 1 }),
    ).rejects.toMatchObject({
      code: 'checkpoint-file-invalid',
      message: expect.stringContaining('tokenizer.json cannot be used: it cannot be read'),
    });
  });

  test("never replaces a folder with somebody's files in it", async () => {
    const out = join(folder, 'taken');
    await mkdir(out);
    await writeFile(join(out, 'thesis.txt'), 'all of it');
    await expect(convertCheckpoint(golden('a-mha-fp32'), out, { lanes: 1 })).rejects.toMatchObject({
      code: 'usage',
    });
    expect(await readdir(out)).toEqual(['thesis.txt']);
    expect((await readdir(folder)).filter((name) => name.startsWith('.converting'))).toEqual([]);
  });

  test('made twice is kept as it is', async () => {
    const out = join(folder, 'twice');
    const first = await convertCheckpoint(golden('a-mha-fp32'), out, { lanes: 1 });
    expect(await convertCheckpoint(golden('a-mha-fp32'), out, { lanes: 1 })).toEqual(first);
  });
});
