import { cp, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { prepare, ROOT } from '../../scripts/prepare.mjs';
import { startEndpointServer } from '../support/endpoint-server.ts';
import { emptyFolder, startProgram } from './start-program.ts';

// so that no command under test has to build, and says that it does
beforeAll(() => prepare(ROOT, () => undefined));

const WETREAD = resolve('bin/wetread.mjs');
const DEMO = resolve('checkpoints/demo');
const CASES = resolve('test/fixtures/golden/demo');

test('converts to rounded weights, holds them to fp32 on films, and shows what it found', async () => {
  const folder = await emptyFolder();
  const films = join(folder, 'films');
  await mkdir(films);
  await cp('test/fixtures/phantoms/0003.png', join(films, '0003.png'));
  const out = join(folder, 'int8');
  const args = [WETREAD, 'model', 'convert', DEMO, '--out', out, '--weights', 'int8'];
  const program = startProgram([...args, '--calibrate', films, '--json'], { DATA_DIR: folder });
  expect(await program.exitCode).toBe(0);
  const { agreement } = JSON.parse(program.output()) as { agreement: Record<string, number> };
  expect(agreement['questions']).toBe(7);
  expect(agreement['equalWords']).toBeGreaterThan(0.9);
  expect(JSON.parse(await readFile(join(out, 'agreement.json'), 'utf8'))).toEqual(agreement);

  const info = startProgram([WETREAD, 'model', 'info', out], { DATA_DIR: folder });
  expect(await info.exitCode).toBe(0);
  expect(info.output()).toMatch(/weights +int8\n/);
  expect(info.output()).toMatch(/runs as +int8 in blocks of 32\n/);
  expect(info.output()).toMatch(/memory +\d\.\d GB at the most \(weights /);
  expect(info.output()).toMatch(/worst tensors +\S+ \(8 bits, off by 0\.\d %/);
  expect(info.output()).toMatch(/beside fp32 +questions 7, same /);
}, 120_000);

test('refuses to compare fp32 with itself, and films that are not there', async () => {
  const folder = await emptyFolder();
  const convert = (...args: string[]) =>
    startProgram([WETREAD, 'model', 'convert', DEMO, ...args], { DATA_DIR: folder });
  const same = convert('--weights', 'fp32', '--calibrate', folder);
  expect(await same.exitCode).toBe(2);
  const none = convert('--weights', 'int4', '--calibrate', join(folder, 'nowhere'));
  expect(await none.exitCode).toBe(2);
  expect(none.errors()).toContain('There are no pictures in the folder of films.');
}, 120_000);

test('shows the memory of what is set', async () => {
  const folder = await emptyFolder();
  const program = startProgram([WETREAD, 'model', 'info', DEMO], {
    DATA_DIR: folder,
    MODEL_LANES: '3',
    MODEL_CONTEXT: '300',
  });
  expect(await program.exitCode).toBe(0);
  expect(program.output()).toMatch(/memory +.*3 conversations of 300 tokens/);
}, 60_000);

test("verify holds an endpoint to the reference's words", async () => {
  const server = await startEndpointServer();
  try {
    const args = [WETREAD, 'model', 'verify', server.url, '--cases', CASES, '--json'];
    const program = startProgram(args, { DATA_DIR: await emptyFolder() });
    expect(await program.exitCode).toBe(1);
    const report = JSON.parse(program.output()) as {
      passed: boolean;
      cases: { name: string; problems: string[] }[];
    };
    expect(report.passed).toBe(false);
    expect(report.cases.at(-1)?.name).toBe('all together');
    expect(report.cases.at(-1)?.problems.join()).toContain('of the words are equal');
  } finally {
    await server.close();
  }
}, 120_000);
