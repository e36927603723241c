import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Redacted } from '../../../src/core/intake/redact-picture.ts';
import { runCommand, startCommand } from './run-command.ts';

const REDACTED: Redacted = {
  film: {
    sha256: 'ab'.repeat(32),
    width: 64,
    height: 80,
    channels: 1,
    png: Buffer.from('redacted'),
  },
  masked: [{ x1: 1, y1: 2, x2: 30, y2: 12 }],
  kept: [{ box: { x1: 40, y1: 2, x2: 48, y2: 10 }, kind: 'side' }],
  removed: ['exif', 'comments'],
  question: true,
};
const redact = async (): Promise<Redacted> => REDACTED;

test('writes the redacted picture and says what was done to it', async () => {
  const { folder, finished } = await startCommand(['redact', 'film.png', '--out', 'out.png'], {
    redact,
  });
  const { exitCode, output } = await finished;
  expect(exitCode).toBe(0);
  expect(output).toBe(
    [
      'Masked: 1 place with text.',
      'Kept: side.',
      'Removed: EXIF, comments.',
      'What was masked looks like patient data: look whether something of it is left.',
      'Redacted picture: out.png',
      '',
    ].join('\n'),
  );
  expect(await readFile(join(folder, 'out.png'), 'utf8')).toBe('redacted');
});

test('prints one object of boxes and kinds for a program', async () => {
  const { output } = await runCommand(['redact', 'film.png', '--out', 'out.png', '--json'], {
    redact,
  });
  expect(JSON.parse(output)).toEqual({
    masked: [[1, 2, 30, 12]],
    kept: [{ box: [40, 2, 48, 10], kind: 'side' }],
    removed: ['exif', 'comments'],
    question: true,
  });
});

test('needs to be told where the picture goes, and never writes over the film', async () => {
  expect((await runCommand(['redact', 'film.png'], { redact })).exitCode).toBe(2);
  const same = await runCommand(['redact', 'film.png', '--out', 'film.png'], { redact });
  expect(same.exitCode).toBe(2);
});
