import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CommandLineParts } from '../../../src/adapters/cli/parts.ts';
import type { FeedbackRow } from '../../../src/core/feedback-export.ts';
import { WetreadError } from '../../../src/errors.ts';
import { emptyFolder, runCommand } from './run-command.ts';

const row = (turn: string): FeedbackRow => ({
  at: '2026-11-30T00:00:00.000Z',
  kind: 'right',
  turn,
  author: 'b',
  platform: 'slack',
  model: 'radvlm',
  version: '1',
  film: null,
  number: null,
  box: null,
  corrected: null,
});

const feedback =
  (...rows: readonly FeedbackRow[]): CommandLineParts['exportFeedback'] =>
  async (write) => {
    await write(
      (async function* () {
        yield* rows;
      })(),
    );
  };
const unusable: CommandLineParts['exportFeedback'] = async () => {
  throw new WetreadError('store-in-use');
};
const breaksOff: CommandLineParts['exportFeedback'] = async (write) => {
  await write(
    (async function* () {
      yield row('a');
      throw new WetreadError('store-failed');
    })(),
  );
};

describe('wetread feedback export', () => {
  test('prints a JSON object a line, and says on standard error how many', async () => {
    const exportFeedback = feedback(row('a'), row('b'));
    const { exitCode, output, errors } = await runCommand(['feedback', 'export'], {
      exportFeedback,
    });
    expect(exitCode).toBe(0);
    const lines = output.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([row('a'), row('b')]);
    expect(errors).toBe('2 judgements exported.\n');
  });

  test('writes a file instead, whole', async () => {
    const workingDirectory = await emptyFolder();
    const exportFeedback = feedback(row('a'));
    const argv = ['feedback', 'export', '--out', 'feedback.jsonl'];
    const { output, errors } = await runCommand(argv, { exportFeedback, workingDirectory });
    expect(output).toBe('');
    expect(errors).toBe('One judgement exported.\n');
    const text = await readFile(join(workingDirectory, 'feedback.jsonl'), 'utf8');
    expect(text).toBe(`${JSON.stringify(row('a'))}\n`);
  });

  test('leaves the file as it was when it breaks off, and says why', async () => {
    const workingDirectory = await emptyFolder();
    await writeFile(join(workingDirectory, 'feedback.jsonl'), 'as it was');
    const argv = ['feedback', 'export', '--out', 'feedback.jsonl'];
    const parts = { exportFeedback: breaksOff, workingDirectory };
    const { exitCode, errors } = await runCommand(argv, parts);
    expect(exitCode).toBe(1);
    expect(errors).toContain('could not be kept');
    expect(await readdir(workingDirectory)).toEqual(['feedback.jsonl']);
    const text = await readFile(join(workingDirectory, 'feedback.jsonl'), 'utf8');
    expect(text).toBe('as it was');
  });

  test('says so when the place cannot be written', async () => {
    const argv = ['feedback', 'export', '--out', 'no/such/folder/feedback.jsonl'];
    const { exitCode, errors } = await runCommand(argv, { exportFeedback: feedback(row('a')) });
    expect(exitCode).toBe(1);
    expect(errors).toContain('could not be written there');
  });

  test('says so while a server has the store', async () => {
    const { exitCode, errors } = await runCommand(['feedback', 'export'], {
      exportFeedback: unusable,
    });
    expect(exitCode).toBe(1);
    expect(errors).toContain('Another Wetread already uses this data folder');
  });
});

describe('wetread cases export', () => {
  const facts = {
    openedAt: '2026-11-30T00:00:00.000Z',
    revealAt: '2026-11-30T01:00:00.000Z',
    state: 'revealed',
    kept: true,
    film: { sha256: 'ab', width: 4, height: 2 },
    key: { origin: 'written', findings: [{ label: 'nodule', boxes: [[0, 0, 0.5, 0.5]] }] },
    model: null,
    answers: [{ learner: 'A', hints: 1, answer: { kind: 'cells', cells: ['A1'] } }],
  } as const;

  test('writes a folder a case with its film and its facts, and says how many', async () => {
    const workingDirectory = await emptyFolder();
    const exportCases: CommandLineParts['exportCases'] = async (write) => {
      await write(
        (async function* () {
          yield { name: 'one', film: new Uint8Array([1, 2]), facts };
          yield { name: 'two', film: undefined, facts };
        })(),
      );
    };
    const argv = ['cases', 'export', '--out', 'teaching'];
    const { exitCode, errors } = await runCommand(argv, { exportCases, workingDirectory });
    expect([exitCode, errors]).toEqual([0, '2 teaching cases exported.\n']);
    const folder = join(workingDirectory, 'teaching');
    expect([...(await readFile(join(folder, 'one', 'film.png')))]).toEqual([1, 2]);
    expect(await readdir(join(folder, 'two'))).toEqual(['case.json']);
    const text = await readFile(join(folder, 'one', 'case.json'), 'utf8');
    expect(JSON.parse(text)).toEqual(facts);
  });

  test('says what is in the way of the folder', async () => {
    const workingDirectory = await emptyFolder();
    await writeFile(join(workingDirectory, 'teaching'), 'a file');
    const exportCases: CommandLineParts['exportCases'] = async (write) => {
      await write(
        (async function* () {
          yield { name: 'one', film: undefined, facts };
        })(),
      );
    };
    const argv = ['cases', 'export', '--out', 'teaching'];
    const { exitCode, errors } = await runCommand(argv, { exportCases, workingDirectory });
    expect(exitCode).not.toBe(0);
    expect(errors).toMatch(/could not be written there/);
  });
});

describe('wetread data compact', () => {
  test('says what became of the folder', async () => {
    const compactData: CommandLineParts['compactData'] = async () => ({
      directory: '/data',
      bytesBefore: 12_340_000,
      bytesAfter: 1_000_000,
    });
    const { exitCode, output } = await runCommand(['data', 'compact'], { compactData });
    expect(exitCode).toBe(0);
    expect(output).toBe('/data: 12.3 MB before, 1.0 MB after.\n');
  });
});
