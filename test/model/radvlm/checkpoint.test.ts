import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../src/model/radvlm/checkpoint.ts';
import type { WeightSource } from '../../../src/model/radvlm/weight-source.ts';
import { readGoldenTensors } from './golden-tensors.ts';
import { GOLDEN } from './golden.ts';
import {
  copyCheckpoint,
  createTemporaryFolder,
  editHeader,
  editJson,
  writeSafetensors,
  type Header,
} from './spoilt-checkpoint.ts';

const folder = await createTemporaryFolder();
const golden = (name: string) => join(GOLDEN, 'checkpoints', name);

const readAll = async (source: WeightSource): Promise<Float32Array> => {
  const values = new Float32Array(source.elements);
  let done = 0;
  for await (const chunk of source.chunks()) {
    values.set(chunk, done);
    done += chunk.length;
  }
  expect(done).toBe(source.elements);
  return values;
};

const bitsOf = (values: ArrayLike<number>): string =>
  Buffer.from(Float32Array.from(values).buffer).toString('base64');

describe('the reference checkpoints', () => {
  test.each([
    ['a-mha-fp32', '5-default', ['F32'], 2],
    ['b-gqa-bf16-tied', '5-native', ['BF16'], 3],
    ['c-anyres-fp16', '4.4x', ['F16'], 2],
    ['d-layer2-names-4.4x', '4.4x', ['F32'], 2],
    ['d-layer2-names-5-default', '5-default', ['F32'], 2],
    ['d-layer2-names-5-native', '5-native', ['F32'], 2],
  ])('%s opens, named %s', async (name, naming, types, layers) => {
    const checkpoint = await openCheckpoint(golden(name));
    expect(checkpoint.naming).toBe(naming);
    expect(checkpoint.types).toEqual(types);
    const { hiddenSize } = checkpoint.config.text;
    const norm = await readAll(
      checkpoint.weight(`text.layers.${layers - 1}.input_layernorm.weight`, [hiddenSize]),
    );
    expect(norm.every(Number.isFinite)).toBe(true);
    await checkpoint.close();
  });

  test('the same weights under three sets of names are read as the same numbers', async () => {
    const names = ['4.4x', '5-default', '5-native'].map((naming) => `d-layer2-names-${naming}`);
    const checkpoints = await Promise.all(names.map((name) => openCheckpoint(golden(name))));
    const file = await readGoldenTensors(
      join(golden('d-layer2-names-5-native'), 'model.safetensors'),
    );
    let tensors = 0;
    for (const [name, { shape, values }] of file) {
      const ours = name
        .replace(/^lm_head/, 'head')
        .replace(/^model\./, '')
        .replace(/^language_model/, 'text')
        .replace(/^vision_tower/, 'vision')
        .replace(/^multi_modal_projector/, 'projector');
      for (const checkpoint of checkpoints)
        expect(bitsOf(await readAll(checkpoint.weight(ours, shape)))).toBe(bitsOf(values));
      tensors++;
    }
    expect(tensors).toBeGreaterThan(50);
    expect(new Set(checkpoints.map(({ parameters }) => parameters)).size).toBe(1);
    await Promise.all(checkpoints.map((checkpoint) => checkpoint.close()));
  });

  test('their configurations are equal in either layout', async () => {
    const names = ['4.4x', '5-default', '5-native'].map((naming) => `d-layer2-names-${naming}`);
    const opened = await Promise.all(names.map((name) => openCheckpoint(golden(name))));
    expect(opened[1]?.config).toEqual(opened[0]?.config);
    expect(opened[2]?.config).toEqual(opened[0]?.config);
    await Promise.all(opened.map((checkpoint) => checkpoint.close()));
  });
});

const failureOf = async (directory: string, use: (at: string) => Promise<unknown>) => {
  try {
    await use(directory);
  } catch (error) {
    return error as { code?: string; message?: string };
  }
  return {};
};

const open = async (directory: string): Promise<void> => {
  const checkpoint = await openCheckpoint(directory);
  await checkpoint.close();
};

describe('a file of weights that is not one', () => {
  const first = (header: Header) => Object.keys(header)[0] ?? '';
  const second = (header: Header) => Object.keys(header)[1] ?? '';

  test.each<[string, string, (header: Header) => Header | string | void]>([
    [
      'offsets that overlap',
      'overlap',
      (header) => {
        const [a, b] = [header[first(header)], header[second(header)]];
        if (!a || !b) return;
        const bytes = b.data_offsets[1] - b.data_offsets[0];
        b.data_offsets = [a.data_offsets[0], a.data_offsets[0] + bytes];
      },
    ],
    [
      'a gap between tensors',
      'gap',
      (header) => {
        delete header[first(header)];
      },
    ],
    [
      'offsets beyond the file',
      'cut short|gap',
      (header) => {
        for (const tensor of Object.values(header)) {
          tensor.data_offsets = [tensor.data_offsets[0] + 64, tensor.data_offsets[1] + 64];
        }
      },
    ],
    [
      'offsets that do not fit the shape',
      'do not fit',
      (header) => {
        header[first(header)]?.shape.push(2);
      },
    ],
    [
      'a type that nobody knows',
      'not known',
      (header) => {
        const tensor = header[first(header)];
        if (tensor) tensor.dtype = 'F31';
      },
    ],
    [
      'a negative size',
      'shape',
      (header) => {
        const tensor = header[first(header)];
        if (tensor) tensor.shape = [-1];
      },
    ],
    [
      'a size that is no number',
      'shape',
      (header) => {
        const tensor = header[first(header)];
        if (tensor) tensor.shape = ['64' as unknown as number];
      },
    ],
    [
      'a name that comes twice',
      'twice',
      (header) => {
        const name = JSON.stringify(first(header));
        return `{${name}:${JSON.stringify(header[first(header)])},${JSON.stringify(header).slice(1)}`;
      },
    ],
    ['a header that is not JSON', 'not JSON', () => '{"a": '],
    ['a header that is a list', 'not an object', () => '[]'],
    ['a tensor that is null', 'not known', (header) => JSON.stringify({ ...header, odd: null })],
  ])('%s', async (_, reason, edit) => {
    const directory = await copyCheckpoint('a-mha-fp32', folder);
    await editHeader(join(directory, 'model.safetensors'), edit);
    const { code, message } = await failureOf(directory, open);
    expect(code).toBe('checkpoint-file-invalid');
    expect(message).toMatch(new RegExp(`model\\.safetensors cannot be used: .*(${reason})`));
  });

  test('a header longer than the file', async () => {
    const directory = await copyCheckpoint('a-mha-fp32', folder);
    const path = join(directory, 'model.safetensors');
    await truncate(path, 1000);
    const { code, message } = await failureOf(directory, open);
    expect(code).toBe('checkpoint-file-invalid');
    expect(message).toContain('header is longer than the file');
  });

  test('a header of an absurd length, which is not read', async () => {
    const directory = await copyCheckpoint('a-mha-fp32', folder);
    const length = Buffer.alloc(8, 0xff);
    await writeFile(
      join(directory, 'model.safetensors'),
      Buffer.concat([length, Buffer.alloc(99)]),
    );
    expect(await failureOf(directory, open)).toMatchObject({ code: 'checkpoint-file-invalid' });
  });

  test.each([0, 7])('a file of %i bytes', async (bytes) => {
    const directory = await copyCheckpoint('a-mha-fp32', folder);
    await truncate(join(directory, 'model.safetensors'), bytes);
    expect(await failureOf(directory, open)).toMatchObject({ code: 'checkpoint-file-invalid' });
  });

  test('data that is cut short', async () => {
    const directory = await copyCheckpoint('a-mha-fp32', folder);
    await truncate(join(directory, 'model.safetensors'), 1_000_000);
    const { code, message } = await failureOf(directory, open);
    expect(code).toBe('checkpoint-file-invalid');
    expect(message).toContain('cut short');
  });

  test('bytes after the last tensor', async () => {
    const directory = await copyCheckpoint('a-mha-fp32', folder);
    await truncate(join(directory, 'model.safetensors'), 1_004_889);
    expect(await failureOf(directory, open)).toMatchObject({ code: 'checkpoint-file-invalid' });
  });

  test('a name out of the file is made harmless before it is shown', async () => {
    const directory = await copyCheckpoint('a-mha-fp32', folder);
    const name = `\u001b[31m<script>${'x'.repeat(5000)}`;
    const header = {
      [name]: { dtype: 'F31', shape: [1], data_offsets: [0, 4] as [number, number] },
    };
    await writeSafetensors(join(directory, 'model.safetensors'), header, Buffer.alloc(4));
    const { message = '' } = await failureOf(directory, open);
    expect(message).toContain('31m');
    expect(message).not.toContain('<');
    expect(message).not.toContain('\u001b');
    expect(message.length).toBeLessThan(300);
  });
});

describe('a checkpoint in shards', () => {
  const SHARD = 'model-00003-of-00006.safetensors';
  const INDEX = 'model.safetensors.index.json';

  test('a missing shard is named', async () => {
    const directory = await copyCheckpoint('b-gqa-bf16-tied', folder);
    await rm(join(directory, SHARD));
    const { code, message } = await failureOf(directory, open);
    expect(code).toBe('checkpoint-file-missing');
    expect(message).toContain(SHARD);
  });

  test('a tensor that the index promises and the shard lacks is named', async () => {
    const directory = await copyCheckpoint('b-gqa-bf16-tied', folder);
    await editJson(join(directory, INDEX), (index) => {
      index['weight_map']['model.language_model.layers.9.x'] = SHARD;
    });
    const { code, message } = await failureOf(directory, open);
    expect(code).toBe('checkpoint-tensor-missing');
    expect(message).toContain('layers.9.x');
  });

  test.each(['../secret.safetensors', '/etc/passwd', 'a/b.safetensors', '..', ''])(
    'a shard out of the folder is not opened: "%s"',
    async (shard) => {
      const directory = await copyCheckpoint('b-gqa-bf16-tied', folder);
      await editJson(join(directory, INDEX), (index) => {
        index['weight_map']['model.image_newline'] = shard;
      });
      expect(await failureOf(directory, open)).toMatchObject({ code: 'checkpoint-file-invalid' });
    },
  );

  test('a tensor that two shards have is refused', async () => {
    const directory = await copyCheckpoint('b-gqa-bf16-tied', folder);
    await writeSafetensors(
      join(directory, 'model-00007.safetensors'),
      { image_newline: { dtype: 'BF16', shape: [64], data_offsets: [0, 128] } },
      Buffer.alloc(128),
    );
    await editJson(join(directory, INDEX), (index) => {
      index['weight_map']['image_newline'] = 'model-00007.safetensors';
    });
    expect(await failureOf(directory, open)).toMatchObject({ code: 'checkpoint-tensor-invalid' });
  });

  test.each(['{}', '[]', '{"weight_map": {}}', '{"weight_map": {"a": 1}}', 'not JSON'])(
    'an index that is not one: %s',
    async (text) => {
      const directory = await copyCheckpoint('b-gqa-bf16-tied', folder);
      await writeFile(join(directory, INDEX), text);
      expect(await failureOf(directory, open)).toMatchObject({ code: 'checkpoint-file-invalid' });
    },
  );
});

describe('a tensor that the model cannot use', () => {
  const use = (name: string, shape: number[]) => async (directory: string) => {
    const checkpoint = await openCheckpoint(directory);
    try {
      checkpoint.weight(name, shape);
    } finally {
      await checkpoint.close();
    }
  };

  test('one of whole numbers', async () => {
    const directory = await copyCheckpoint('a-mha-fp32', folder);
    await editHeader(join(directory, 'model.safetensors'), (header) => {
      const tensor = header['image_newline'];
      if (tensor) tensor.dtype = 'I32';
    });
    const { code, message } = await failureOf(directory, use('image_newline', [64]));
    expect(code).toBe('checkpoint-tensor-invalid');
    expect(message).toContain('it is I32');
  });

  test('one of another shape', async () => {
    const { code, message } = await failureOf(golden('a-mha-fp32'), use('head.weight', [513, 64]));
    expect(code).toBe('checkpoint-tensor-invalid');
    expect(message).toContain('[512, 64] where config.json says [513, 64]');
  });

  test('one that is not there', async () => {
    const { code } = await failureOf(golden('b-gqa-bf16-tied'), use('head.weight', [512, 64]));
    expect(code).toBe('checkpoint-tensor-missing');
  });
});

test('a folder without weights says so, and one with pickled weights says why not', async () => {
  const directory = await copyCheckpoint('a-mha-fp32', folder);
  await rm(join(directory, 'model.safetensors'));
  expect(await failureOf(directory, open)).toMatchObject({ code: 'checkpoint-file-missing' });
  await writeFile(join(directory, 'pytorch_model.bin'), '');
  expect(await failureOf(directory, open)).toMatchObject({ code: 'checkpoint-unsupported' });
});

test('no file stays open after a checkpoint that could not be opened', async () => {
  const descriptors = () => readdir('/proc/self/fd').catch(() => []);
  const directory = await copyCheckpoint('b-gqa-bf16-tied', folder);
  await rm(join(directory, 'model-00006-of-00006.safetensors'));
  const before = (await descriptors()).length;
  for (let round = 0; round < 5; round++) await failureOf(directory, open);
  expect((await descriptors()).length).toBeLessThanOrEqual(before);
});
