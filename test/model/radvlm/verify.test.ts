import { cp, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

describe('every golden case agrees with the reference', () => {
  test.each([
    ['a-mha-fp32', 'a-mha-fp32'],
    ['b-gqa-bf16-tied', 'b-gqa-bf16-tied'],
    ['c-anyres-fp16', 'c-anyres-fp16'],
    ['d-layer2-names-4.4x', 'd-layer2'],
    ['d-layer2-names-5-default', 'd-layer2'],
    ['d-layer2-names-5-native', 'd-layer2'],
  ])('%s', async (checkpoint, cases) => {
    const report = await verify(
      join(GOLDEN, 'checkpoints', checkpoint),
      join(GOLDEN, 'cases', cases),
    );
    expectAgreement(checkpoint, report);
  });

  test('the demo checkpoint', async () => {
    expectAgreement('demo', await verify('checkpoints/demo', join(GOLDEN, 'demo')));
  });
});

const expectAgreement = (
  checkpoint: string,
  report: { cases: readonly CaseReport[]; passed: boolean; differences: object; heard: unknown },
): void => {
  // eslint-disable-next-line no-console
  console.info(`largest differences of ${checkpoint}:`, JSON.stringify(report.differences));
  expect(report.cases.flatMap(({ name, problems }) => problems.map((p) => [name, p]))).toEqual([]);
  expect(report.passed).toBe(true);
  expect(report.heard).toEqual(report.cases);
  // Every kind of number was compared, or nothing could differ.
  expect(Object.keys(report.differences)).toEqual([
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
  ]);
};

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

test('a converted byte that is not what the checkpoint says is found', async () => {
  const { directory } = await openConverted(SMALLEST.checkpoint, dataDir, { lanes: 1 });
  const file = await open(join(directory, 'embeddings'), 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 100);
  await file.write(Buffer.from([buffer.readUInt8() ^ 1]), 0, 1, 100);
  await file.close();
  const report = await verify(SMALLEST.checkpoint, SMALLEST.cases);
  expect(report.passed).toBe(false);
  expect(report.cases[0]).toMatchObject({ name: 'weights', differences: { converted_bytes: 1 } });
});

test('cases that are none are refused with a reason', async () => {
  const refused = (cases: string) => expect(verify(SMALLEST.checkpoint, cases)).rejects;
  await refused(join(dataDir, 'nowhere')).toMatchObject({ code: 'cases-invalid' });
  await refused('assets').toMatchObject({ code: 'cases-invalid' });
  const cases = join(dataDir, 'broken');
  await cp(SMALLEST.cases, cases, { recursive: true });
  await writeFile(join(cases, 'text-only.json'), '{"image": 3}');
  await refused(cases).toMatchObject({
    code: 'cases-invalid',
    facts: { reason: 'text-only is not as make.py writes it' },
  });
});
