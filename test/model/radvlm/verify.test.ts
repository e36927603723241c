import { cp, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openConverted } from '../../../src/model/radvlm/converted-cache.ts';
import { type CaseReport, verifyCheckpoint } from '../../../src/model/radvlm/verify.ts';
import { GOLDEN } from './golden.ts';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'wetread-verify-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const verify = async (
  checkpoint: string,
  cases: string,
): Promise<Awaited<ReturnType<typeof verifyCheckpoint>> & { heard: CaseReport[] }> => {
  const heard: CaseReport[] = [];
  const onCase = (report: CaseReport): void => void heard.push(report);
  return { ...(await verifyCheckpoint({ checkpoint, cases, dataDir, onCase })), heard };
};

const SMALLEST = {
  checkpoint: join(GOLDEN, 'checkpoints/d-layer2-names-4.4x'),
  cases: join(GOLDEN, 'cases/d-layer2'),
};

/** Every kind of number: had one not been compared, it could not differ. */
const KINDS = [
  'converted_bytes',
  'input_ids',
  'pixel_values',
  'vision_hidden',
  'image_features',
  'logits',
  'decode_logits',
  'greedy_ids',
  'text',
  'finish',
];

test.each([
  ['a-mha-fp32', 'checkpoints/a-mha-fp32', 'cases/a-mha-fp32'],
  ['b-gqa-bf16-tied', 'checkpoints/b-gqa-bf16-tied', 'cases/b-gqa-bf16-tied'],
  ['c-anyres-fp16', 'checkpoints/c-anyres-fp16', 'cases/c-anyres-fp16'],
  ['d-layer2-names-4.4x', 'checkpoints/d-layer2-names-4.4x', 'cases/d-layer2'],
  ['d-layer2-names-5-default', 'checkpoints/d-layer2-names-5-default', 'cases/d-layer2'],
  ['d-layer2-names-5-native', 'checkpoints/d-layer2-names-5-native', 'cases/d-layer2'],
  ['demo', '../../../checkpoints/demo', 'demo'],
])('every case of %s agrees with the reference', async (name, checkpoint, cases) => {
  const report = await verify(join(GOLDEN, checkpoint), join(GOLDEN, cases));
  process.stdout.write(`largest differences of ${name}: ${JSON.stringify(report.differences)}\n`);
  const problems = report.cases.flatMap((each) => each.problems.map((one) => [each.name, one]));
  expect(problems).toEqual([]);
  expect(report.passed).toBe(true);
  expect(report.heard).toEqual(report.cases);
  expect(Object.keys(report.differences)).toEqual(KINDS);
});

test('a reference that differs is told, case by case', async () => {
  const cases = join(dataDir, 'cases');
  await cp(SMALLEST.cases, cases, { recursive: true });
  const path = join(cases, 'grey.json');
  const json = JSON.parse(await readFile(path, 'utf8')) as { text: string; greedy_ids: number[] };
  json.text += '!';
  json.greedy_ids[3] = 0;
  await writeFile(path, JSON.stringify(json));
  // The last number of the file: a feature or a logit of the thin strip.
  const strip = join(cases, 'thin-strip.safetensors');
  const tensors = await readFile(strip);
  tensors.writeFloatLE(1000, tensors.length - 4);
  await writeFile(strip, tensors);

  const report = await verify(SMALLEST.checkpoint, cases);
  expect(report.passed).toBe(false);
  const failed = report.cases.filter(({ passed }) => !passed);
  expect(failed.map(({ name }) => name)).toEqual(['grey', 'thin-strip']);
  expect(failed[0]?.problems).toEqual(['greedy ids: 1 not equal', 'text: 1 not equal']);
  expect(failed[1]?.problems).toEqual([expect.stringMatching(/ differ by 1.0e\+3, more than /)]);
});

test('weights that changed under the same name, size and time are found', async () => {
  const checkpoint = join(dataDir, 'changed');
  await cp(SMALLEST.checkpoint, checkpoint, { recursive: true });
  const path = join(checkpoint, 'model.safetensors');
  const settle = () => utimes(path, new Date(2020, 1, 1), new Date(2020, 1, 1));
  await settle();
  await openConverted(checkpoint, dataDir, { lanes: 1 });
  const bytes = await readFile(path);
  // Its last tensors are not all the model's.
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  await writeFile(path, bytes);
  await settle();
  const report = await verify(checkpoint, SMALLEST.cases);
  expect(report.passed).toBe(false);
  expect(report.cases[0]).toMatchObject({ name: 'weights', differences: { converted_bytes: 1 } });
});

test('cases that are none are refused with a reason', async () => {
  const verifyWith = (cases: string) => verify(SMALLEST.checkpoint, cases);
  await expect(verifyWith(join(dataDir, 'nowhere'))).rejects.toMatchObject({
    code: 'cases-invalid',
  });
  await expect(verifyWith('assets')).rejects.toMatchObject({ code: 'cases-invalid' });
  const cases = join(dataDir, 'broken');
  await cp(SMALLEST.cases, cases, { recursive: true });
  await writeFile(join(cases, 'text-only.json'), '{"image": 3}');
  await expect(verifyWith(cases)).rejects.toMatchObject({
    code: 'cases-invalid',
    facts: { reason: 'text-only is not as make.py writes it' },
  });
});
