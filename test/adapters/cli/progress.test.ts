import { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createProgress, createTimedShare } from '../../../src/adapters/cli/progress.ts';

const createTerminal = (isTTY: boolean) => {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString().replaceAll('\r\u001b[2K', ''));
      done();
    },
  });
  return { written, stream: Object.assign(stream, { isTTY, columns: 100 }) };
};

test('a terminal hears how much time is left, a file only the quarters', () => {
  const [terminal, file] = [createTerminal(true), createTerminal(false)];
  for (const { stream } of [terminal, file])
    for (const [done, leftMs] of [
      [30, 150_000],
      [31, 60_000],
    ] as const)
      createProgress(stream).status({ phase: 'reading', done, total: 100, leftMs });
  expect(terminal.written).toEqual([
    'reading the film, 30 %, about 3 minutes left',
    'reading the film, 31 %, about 60 seconds left',
  ]);
  expect(new Set(file.written)).toEqual(new Set(['reading the film, 25 %\n']));
});

test('the time left goes by the speed since it began, and by nothing that was there before', async () => {
  const { written, stream } = createTerminal(true);
  const share = createTimedShare(createProgress(stream), 'converting');
  share(5_000, 10_000);
  expect(written.at(-1)).toBe('converting, 50 %');
  await pause(1_100);
  // One ten-thousandth in a second or a little more: hours are left, not seconds.
  share(5_001, 10_000);
  expect(written.at(-1)).toMatch(/^converting, 50 %, about \d{2,} minutes left$/);
});
