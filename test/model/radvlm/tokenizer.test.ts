import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { CheckpointConfig } from '../../../src/model/radvlm/config.ts';
import { createTextStream } from '../../../src/model/radvlm/text-stream.ts';
import { checkTokenizer, loadTokenizer } from '../../../src/model/radvlm/tokenizer.ts';
import { GOLDEN, readJson } from './golden.ts';
import { unpackQwenTokenizer } from './qwen-tokenizer.ts';

type Golden = {
  strings: { text: string; ids: number[]; decoded: string; decoded_skip: string }[];
  streams: { ids: number[]; after: string[]; final: string }[];
};

const qwen = await unpackQwenTokenizer();
const broken = await mkdtemp(join(tmpdir(), 'wetread-tokenizer-'));
afterAll(async () => {
  await rm(qwen, { recursive: true });
  await rm(broken, { recursive: true });
});

const FOLDERS = {
  qwen2_5: qwen,
  'a-mha-fp32': `${GOLDEN}/checkpoints/a-mha-fp32`,
  'b-gqa-bf16-tied': `${GOLDEN}/checkpoints/b-gqa-bf16-tied`,
  'c-anyres-fp16': `${GOLDEN}/checkpoints/c-anyres-fp16`,
};

describe.each(Object.entries(FOLDERS))('%s', async (name, folder) => {
  const tokenizer = await loadTokenizer(folder);
  const { strings, streams } = await readJson<Golden>(`${GOLDEN}/tokenizer/${name}.json`);

  test('encodes every string to the ids of the reference', () => {
    expect(strings.length).toBeGreaterThan(150);
    expect(strings.map(({ text }) => tokenizer.encode(text))).toEqual(
      strings.map(({ ids }) => ids),
    );
  });

  test('decodes every list of ids to the text of the reference', () => {
    const decoded = strings.map(({ ids }) => tokenizer.decode(ids, { skipSpecial: false }));
    const skipped = strings.map(({ ids }) => tokenizer.decode(ids, { skipSpecial: true }));
    expect(decoded).toEqual(strings.map((row) => row.decoded));
    expect(skipped).toEqual(strings.map((row) => row.decoded_skip));
  });

  test('gives out, token by token, what the reference gives out', () => {
    expect(streams.length).toBeGreaterThan(3);
    for (const { ids, after, final } of streams) {
      const stream = createTextStream(tokenizer);
      let text = '';
      const seen = ids.map((id) => (text += stream.push(id)));
      expect(seen).toEqual(after);
      expect(text + stream.finish()).toBe(final);
    }
  });

  test('text that is only text holds no control token, and comes back as it was', () => {
    for (const { text, decoded } of strings) {
      const ids = tokenizer.encodeText(text);
      expect(ids.filter((id) => tokenizer.isSpecial(id))).toEqual([]);
      expect(tokenizer.decode(ids, { skipSpecial: true })).toBe(decoded);
    }
  });
});

describe('a tokenizer that does not fit its model is refused', async () => {
  const tokenizer = await loadTokenizer(FOLDERS['a-mha-fp32']);
  const config = (
    vocabularyRows: number,
    imageToken: number,
    endTokens: number[],
  ): CheckpointConfig =>
    ({ text: { vocabularyRows }, image: { imageToken }, endTokens }) as unknown as CheckpointConfig;

  test('but one that fits is taken', () => {
    expect(() => checkTokenizer(tokenizer, config(512, 510, [509, 507]))).not.toThrow();
  });

  test.each([
    ['more tokens than the model has rows', config(511, 510, [509])],
    ['no such image token', config(512, 300, [509])],
    ['no such end token', config(512, 510, [509, 4])],
  ])('%s', (_, wrong) => {
    expect(() => checkTokenizer(tokenizer, wrong)).toThrow(
      expect.objectContaining({ code: 'checkpoint-tokenizer' }),
    );
  });
});

describe('a tokenizer file that cannot be used is refused', () => {
  const file = join(broken, 'tokenizer.json');
  test('missing', async () => {
    await expect(loadTokenizer(join(broken, 'nowhere'))).rejects.toMatchObject({
      code: 'checkpoint-file-missing',
    });
  });

  test('cut short', async () => {
    const whole = await readFile(join(FOLDERS['a-mha-fp32'], 'tokenizer.json'), 'utf8');
    await writeFile(file, whole.slice(0, 1000));
    await expect(loadTokenizer(broken)).rejects.toMatchObject({ code: 'checkpoint-file-invalid' });
  });

  test.each([
    [
      'of another kind',
      { model: { type: 'WordPiece', vocab: { a: 0 } }, decoder: { type: 'WordPiece' } },
    ],
    ['with nothing in it', {}],
    ['that is no object', []],
    [
      'with a broken model',
      { model: { type: 'BPE', vocab: { a: 0 } }, decoder: { type: 'ByteLevel' } },
    ],
  ])('%s', async (_, content) => {
    await writeFile(file, JSON.stringify(content));
    await expect(loadTokenizer(broken)).rejects.toMatchObject({ code: 'checkpoint-tokenizer' });
  });
});
