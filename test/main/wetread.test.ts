import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { READ_OUTPUT } from '../../src/adapters/cli/read-output.ts';
import { prepare, ROOT } from '../../scripts/prepare.mjs';
import { startEndpointServer, type EndpointServer } from '../support/endpoint-server.ts';
import { namedFilm } from '../support/named-film.ts';
import { emptyFolder, startProgram } from './start-program.ts';

// so that no command under test has to build, and says that it does
beforeAll(() => prepare(ROOT, () => undefined));

/** The command as it is installed: its pre-step, dist, the demo checkpoint. */
const WETREAD = resolve('bin/wetread.mjs');

const firstFilm = async (): Promise<string> => {
  const films = (await readdir('assets/films')).filter((file) => file.endsWith('.png'));
  return resolve('assets/films', films.toSorted()[0] ?? '');
};

test('reads a film with the demo checkpoint, and draws what it means', async () => {
  const folder = await emptyFolder();
  const out = join(folder, 'annotated.png');
  const args = [
    WETREAD,
    'read',
    await firstFilm(),
    '--locate',
    'right lung',
    '--json',
    '--out',
    out,
  ];
  const program = startProgram(args, { DATA_DIR: folder });
  expect(await program.exitCode).toBe(0);
  const answer = READ_OUTPUT.parse(JSON.parse(program.output()));
  if ('error' in answer) throw new Error(answer.error.code);
  expect(answer.model.demo).toBe(true);
  expect(answer.notices[0]?.code).toBe('demo-model');
  expect(answer.boxes).toMatchObject([{ number: 1, label: 'right lung', side: 'right' }]);
  expect(answer.annotated).toMatchObject({ path: out, width: answer.film.width });
  expect((await readFile(out)).subarray(1, 4).toString()).toBe('PNG');
}, 60_000);

test('masks a name on a film, and reads it once a person has confirmed the masked film', async () => {
  const folder = await emptyFolder();
  const film = join(folder, 'film.png');
  await writeFile(film, await namedFilm());
  const run = async (...args: string[]) => {
    const program = startProgram([WETREAD, ...args, '--json'], { DATA_DIR: folder });
    return { exitCode: await program.exitCode, output: JSON.parse(program.output()) as object };
  };
  const redacted = await run('redact', film, '--out', join(folder, 'redacted.png'));
  expect(redacted).toMatchObject({ exitCode: 0, output: { question: true } });
  expect(JSON.stringify(redacted)).not.toMatch(/okonkwo|1956/i);
  const asked = await run('read', film, '--out', join(folder, 'masked.png'));
  expect(asked).toMatchObject({ exitCode: 3, output: { choices: [{ code: 'masked' }] } });
  expect(await readFile(join(folder, 'masked.png'))).toEqual(
    await readFile(join(folder, 'redacted.png')),
  );
  const answered = await run('read', film, '--choose', 'masked', '--out', join(folder, 'a.png'));
  expect(answered.exitCode).toBe(0);
  expect(answered.output).toMatchObject({
    notices: expect.arrayContaining([expect.objectContaining({ code: 'text-masked' })]),
  });
}, 180_000);

test.each(['dicom/jpeg-2000.dcm', 'dicom/study.zip', 'heic/film.heic'])(
  'reads %s, whatever it is called, and tells none of what its file said',
  async (file) => {
    const folder = await emptyFolder();
    const film = join(folder, 'IM0001');
    await writeFile(film, await readFile(`test/fixtures/${file}`));
    const out = join(folder, 'annotated.png');
    const args = [WETREAD, 'read', film, '--locate', 'right lung', '--json', '--out', out];
    const program = startProgram(args, { DATA_DIR: folder });
    expect(await program.exitCode).toBe(0);
    expect(READ_OUTPUT.parse(JSON.parse(program.output()))).toHaveProperty('boxes');
    expect(program.output()).not.toMatch(/NACHNAME|MRN-|IM0001/);
  },
  60_000,
);

test('refuses what is no film with 3 and one object', async () => {
  const args = [WETREAD, 'read', resolve('package.json'), '--json'];
  const program = startProgram(args, { DATA_DIR: await emptyFolder() });
  expect(await program.exitCode).toBe(3);
  expect(JSON.parse(program.output())).toMatchObject({ error: { code: 'not-a-picture' } });
}, 60_000);

test('doctor says that all is well, and what is not', async () => {
  const well = startProgram([WETREAD, 'doctor', '--json'], {
    DATA_DIR: await emptyFolder(),
    PORT: '0',
  });
  expect(await well.exitCode).toBe(0);
  const ill = startProgram([WETREAD, 'doctor', '--json'], {
    DATA_DIR: '/dev/null/data',
    MODEL_DIR: '/nowhere',
    HOST: '0.0.0.0',
    PORT: '0',
  });
  expect(await ill.exitCode).toBe(1);
  const { checks } = JSON.parse(ill.output()) as { checks: { name: string; ok: boolean }[] };
  expect(checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual([
    'data folder',
    'model',
    'keys',
  ]);
}, 60_000);

test('writes nothing outside the data folder, and keeps no number of this device', async () => {
  const [DATA_DIR, HOME, TMPDIR] = [await emptyFolder(), await emptyFolder(), await emptyFolder()];
  const out = join(DATA_DIR, 'annotated.png');
  const args = [WETREAD, 'read', await firstFilm(), '--locate', 'heart', '--out', out];
  const program = startProgram(args, { DATA_DIR, HOME, TMPDIR });
  expect(await program.exitCode).toBe(0);
  expect(await readdir(HOME)).toEqual([]);
  expect(await readdir(TMPDIR)).toEqual([]);
}, 60_000);

test('a reader that goes away is no failure, and the film is drawn all the same', async () => {
  const folder = await emptyFolder();
  const out = join(folder, 'annotated.png');
  const args = [WETREAD, 'read', await firstFilm(), '--locate', 'heart', '--out', out];
  const program = startProgram(args, { DATA_DIR: folder });
  program.leaveOutput();
  expect(await program.exitCode).toBe(0);
  expect((await readFile(out)).byteLength).toBeGreaterThan(0);
}, 60_000);

// macOS and Windows have no device that is always full
test.skipIf(!existsSync('/dev/full'))(
  'an answer that cannot be written is a failure',
  () => {
    const args = ['-c', `"$0" "$1" --version > /dev/full`, process.execPath, WETREAD];
    const run = spawnSync('sh', args, { encoding: 'utf8' });
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('could not be written to standard output');
  },
  60_000,
);

test('the key that is set goes to the server that is set, and to no other', async () => {
  const [set, other] = [await startEndpointServer(), await startEndpointServer()];
  onTestFinished(set.close);
  onTestFinished(other.close);
  const settings = {
    MODEL_URL: set.url,
    MODEL_API_KEY: 'secret-key',
    DATA_DIR: await emptyFolder(),
  };
  const args = [WETREAD, 'read', await firstFilm(), '--task', 'report'];
  const programs = [[], ['--model', set.url], ['--model', other.url]].map((model) =>
    startProgram([...args, ...model], settings),
  );
  expect(await Promise.all(programs.map((program) => program.exitCode))).toEqual([0, 0, 0]);
  const keysOf = ({ requests }: EndpointServer) =>
    new Set(requests.map(({ headers }) => headers.authorization));
  expect(keysOf(set)).toEqual(new Set(['Bearer secret-key']));
  expect(keysOf(other)).toEqual(new Set([undefined]));
}, 60_000);
