import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertCheckpoint } from '../../../src/model/radvlm/convert.ts';
import { openConverted } from '../../../src/model/radvlm/converted-cache.ts';
import { inspectConverted } from '../../../src/model/radvlm/manifest.ts';
import { chooseWeights } from '../../../src/model/radvlm/precision.ts';
import { readQuantizationReport } from '../../../src/model/radvlm/quantization-report.ts';
import { verifyCheckpoint, type CaseReport } from '../../../src/model/radvlm/verify.ts';
import { weighModel } from '../../../src/model/radvlm/weigh-model.ts';
import { GOLDEN } from './golden.ts';
import { createTemporaryFolder } from './spoilt-checkpoint.ts';

const folder = await createTemporaryFolder();
const DEMO = 'checkpoints/demo';
const CHECKPOINT = join(GOLDEN, 'checkpoints', 'b-gqa-bf16-tied');

test('a checkpoint under a gigabyte stays fp32 and a larger one becomes int4, unless something is set', () => {
  expect(chooseWeights('auto', 0.9e9)).toBe('fp32');
  expect(chooseWeights('auto', 16e9)).toBe('int4');
  expect(chooseWeights('int8', 0.9e9)).toBe('int8');
});

describe('a conversion with rounded weights', () => {
  test('is smaller, names its weights, and says what each tensor lost', async () => {
    const sizes: number[] = [];
    for (const [weights, block] of [
      ['fp32', null],
      ['int8', 32],
      ['int4', 64],
    ] as const) {
      const out = join(folder, weights);
      const manifest = await convertCheckpoint(DEMO, out, { lanes: 4, weights });
      expect(manifest).toMatchObject({ weights, block });
      expect(await inspectConverted(out)).toMatchObject({ state: 'whole' });
      expect(Object.keys(manifest.checksums)).toEqual(Object.keys(manifest.files));
      sizes.push((await weighModel(out, { lanes: 4 })).weightBytes);

      const report = await readQuantizationReport(out);
      expect(report === undefined).toBe(weights === 'fp32');
      if (report === undefined) continue;
      const worst = report.worst.map(({ relative }) => relative);
      expect(worst).toHaveLength(10);
      expect(worst).toEqual(worst.toSorted((a, b) => b - a));
      expect(worst[0]).toBeLessThan(weights === 'int4' ? 0.15 : 0.02);
      const names = report.tensors.map(({ tensor }) => tensor);
      expect(names).toContain('text.layers.0.mlp.down_proj.weight');
      expect(names).toContain('head.weight');
      expect(new Set(names).size).toBe(names.length);
    }
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(sizes[2]).toBeLessThan((sizes[0] ?? 0) / 3);
  });

  test('weighs what its plan says, before it is made', async () => {
    const options = { lanes: 4, weights: 'int4', block: 32 } as const;
    const planned = await weighModel(DEMO, options);
    const out = join(folder, 'weighed');
    await convertCheckpoint(DEMO, out, options);
    expect(await weighModel(out, options)).toEqual(planned);
    expect(planned).toMatchObject({ weights: 'int4', block: 32 });
  });

  test('is kept beside one with other weights or another block', async () => {
    const data = join(folder, 'data');
    const open = async (weights: 'int8' | 'int4', block: 32 | 64) =>
      (await openConverted(CHECKPOINT, data, { lanes: 1, weights, block })).directory;
    const made = [await open('int4', 32), await open('int4', 64), await open('int8', 32)];
    expect(new Set(made).size).toBe(3);
    expect(await open('int4', 32)).toBe(made[0]);
    expect(await readdir(join(data, 'graphs'))).toHaveLength(3);
  });

  test('takes the head in 8 bits where the decoder has 4', async () => {
    const { directory } = await openConverted(CHECKPOINT, join(folder, 'data'), {
      lanes: 1,
      weights: 'int4',
    });
    const report = await readQuantizationReport(directory);
    const bitsOf = (name: string) => report?.tensors.find(({ tensor }) => tensor === name)?.bits;
    expect(bitsOf('head.weight')).toBe(8);
    expect(bitsOf('text.layers.0.self_attn.packed.weight')).toBe(4);
    expect(bitsOf('vision.encoder.layers.0.mlp.fc1.weight')).toBe(8);
  });
});

describe('verify of rounded weights', () => {
  const verify = async (weights: 'int8' | 'int4') => {
    const heard: CaseReport[] = [];
    const report = await verifyCheckpoint({
      checkpoint: DEMO,
      cases: join(GOLDEN, 'demo'),
      dataDir: join(folder, 'data'),
      weights,
      onCase: (each) => heard.push(each),
    });
    return { report, heard };
  };

  test.each(['int8', 'int4'] as const)(
    "holds %s of the demo to the reference's words and boxes",
    { timeout: 120_000 },
    async (weights) => {
      const { report, heard } = await verify(weights);
      expect(heard.at(0)).toMatchObject({ name: 'weights', passed: true });
      const all = heard.at(-1);
      process.stdout.write(`${weights}: ${JSON.stringify(all?.differences)}\n`);
      expect(all).toMatchObject({ name: 'all together', passed: true, problems: [] });
      expect(heard.length).toBe(9);
      expect(report.passed).toBe(true);
    },
  );

  test('and says by how much they are beyond the limit', { timeout: 120_000 }, async () => {
    const cases = join(folder, 'other-cases');
    await cp(join(GOLDEN, 'demo'), cases, { recursive: true });
    for (const file of await readdir(cases)) {
      if (!file.endsWith('.json') || /^(batch|conversations)/.test(file)) continue;
      const expected = JSON.parse(await readFile(join(cases, file), 'utf8')) as { text: string };
      await writeFile(join(cases, file), JSON.stringify({ ...expected, text: 'Something else.' }));
    }
    const report = await verifyCheckpoint({
      checkpoint: DEMO,
      cases,
      dataDir: join(folder, 'data'),
      weights: 'int8' as const,
      onCase: () => undefined,
    });
    expect(report.passed).toBe(false);
    expect(report.cases.at(-1)?.problems.join()).toMatch(
      /of the words are equal, under 95 %.*boxes overlap by 0 %, under 90 %/,
    );
  });
});
