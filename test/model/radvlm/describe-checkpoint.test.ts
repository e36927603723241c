import { cp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { convertCheckpoint } from '../../../src/model/radvlm/convert.ts';
import { describeCheckpoint } from '../../../src/model/radvlm/describe-checkpoint.ts';
import { GOLDEN } from './golden.ts';
import { copyCheckpoint, createTemporaryFolder } from './spoilt-checkpoint.ts';

const folder = await createTemporaryFolder();

test('a checkpoint in shards is described without its weights being read', async () => {
  const description = await describeCheckpoint(join(GOLDEN, 'checkpoints', 'b-gqa-bf16-tied'));
  expect(description).toMatchObject({
    name: 'b-gqa-bf16-tied',
    parameters: 254_560,
    types: ['BF16'],
    naming: '5-native',
    demo: false,
    converted: false,
    config: { text: { tiedHead: true, vocabularyRows: 512 }, vision: { tile: 48 } },
  });
  expect(Object.keys(description.files)).toHaveLength(6);
});

test('a converted folder is described as its checkpoint was', async () => {
  const checkpoint = join(GOLDEN, 'checkpoints', 'c-anyres-fp16');
  const out = join(folder, 'converted');
  await convertCheckpoint(checkpoint, out, { lanes: 1 });
  const { name, parameters, config } = await describeCheckpoint(checkpoint);
  expect(await describeCheckpoint(out)).toMatchObject({
    name,
    parameters,
    config,
    types: ['fp32'],
    naming: undefined,
    converted: true,
  });
});

test('a folder with figures.json is a demo of Wetread, before and after its conversion', async () => {
  const checkpoint = await copyCheckpoint('a-mha-fp32', folder);
  await cp(join('checkpoints', 'demo', 'figures.json'), join(checkpoint, 'figures.json'));
  const out = join(folder, 'demo');
  await convertCheckpoint(checkpoint, out, { lanes: 1 });
  const described = { demo: true, name: `wetread-${basename(checkpoint)}` };
  expect(await describeCheckpoint(checkpoint)).toMatchObject(described);
  expect(await describeCheckpoint(out)).toMatchObject(described);
});
