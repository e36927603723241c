import { describe, expect, test } from 'vitest';
import type { CaseResult, Check, VerifyReport } from '../../../src/adapters/cli/parts.ts';
import { WetreadError } from '../../../src/errors.ts';
import { runCommand } from './run-command.ts';

describe('wetread model convert', () => {
  const converted = {
    directory: '/data/graphs/x',
    parameters: 7_994_048,
    bytes: 33_000_000,
    agreement: null,
  };

  test('says where the graphs are', async () => {
    const { exitCode, output, errors } = await runCommand(['model', 'convert', 'checkpoint'], {
      convert: async ({ directory, out, onProgress }) => {
        expect({ directory, out }).toEqual({ directory: 'checkpoint', out: undefined });
        onProgress(5, 10);
        return converted;
      },
    });
    expect(exitCode).toBe(0);
    expect(output).toBe('Converted 8.0 million parameters (33 MB) into /data/graphs/x\n');
    expect(errors).toBe('converting the checkpoint, 50 %\n');
  });

  test('says what it is going to do, and how the result agrees with fp32', async () => {
    const start = { weights: 'int4', block: 64, totalBytes: 5e9, keptBytes: 1e9, freeBytes: 9e9 };
    const args = ['model', 'convert', 'x', '--weights', 'int4', '--block', '64'];
    const { output, errors } = await runCommand([...args, '--calibrate', 'films'], {
      convert: async ({ weights, block, calibrate, onStart, onAsked }) => {
        expect({ weights, block, calibrate }).toEqual({
          weights: 'int4',
          block: 64,
          calibrate: 'films',
        });
        onStart(start);
        onAsked(1, 2);
        return { ...converted, agreement: { same: 0.9, equalWords: 0.954, overlap: null } };
      },
    });
    expect(errors).toBe(
      'Weights as int4 in blocks of 64: needs 5000 MB of disk, 1000 MB of them there already; ' +
        '9000 MB are free.\nasking both, 50 %\n',
    );
    expect(output).toMatch(/\nBeside fp32: same 0\.9, equal words 0\.95, overlap -\n$/);
  });

  test('knows no other weights and no other blocks', async () => {
    for (const option of ['--weights=int3', '--block=48']) {
      const { exitCode, errors } = await runCommand(['model', 'convert', 'x', option], {});
      expect(exitCode).toBe(2);
      expect(errors).toContain('Allowed choices are');
    }
  });

  test('with --json prints one object, also on failure', async () => {
    const args = ['model', 'convert', 'checkpoint', '--json'];
    const done = await runCommand(args, { convert: async () => converted });
    expect(JSON.parse(done.output)).toEqual(converted);
    const failed = await runCommand(args, {
      convert: async () => {
        throw new WetreadError('disk-full', { bytes: 2 ** 30 });
      },
    });
    expect(failed.exitCode).toBe(1);
    expect(JSON.parse(failed.output)).toMatchObject({ error: { code: 'disk-full' } });
  });
});

describe('wetread model info', () => {
  const describeModel = async () => ({
    name: 'demo',
    facts: { demo: true, contextTokens: 4096, canvases: ['192 x 192', '384 x 192'], naming: null },
  });

  test('prints a fact a line', async () => {
    const { output } = await runCommand(['model', 'info', 'checkpoint'], { describeModel });
    expect(output).toBe(
      [
        'demo',
        '  demo            yes',
        '  context tokens  4096',
        '  canvases        192 x 192, 384 x 192',
        '  naming          -',
        '',
      ].join('\n'),
    );
  });

  test('with --json prints the facts as one object', async () => {
    const { output } = await runCommand(['model', 'info', 'x', '--json'], { describeModel });
    expect(JSON.parse(output)).toMatchObject({ name: 'demo', demo: true, contextTokens: 4096 });
  });
});

describe('wetread model verify', () => {
  const good: CaseResult = {
    name: 'text-only',
    passed: true,
    differences: { logits: 3.14e-6, greedy_ids: 0 },
    problems: [],
  };
  const bad: CaseResult = {
    name: 'portrait',
    passed: false,
    differences: { logits: 0.5 },
    problems: ['logits differ by 0.50, more than 0.00030'],
  };
  const verifying = (...cases: CaseResult[]) => {
    const report: VerifyReport = {
      passed: cases.every(({ passed }) => passed),
      cases,
      differences: { logits: 0.5, greedy_ids: 0 },
    };
    return async ({ onCase }: { onCase: (result: CaseResult) => void }) => {
      for (const result of cases) onCase(result);
      return report;
    };
  };
  const args = ['model', 'verify', 'checkpoint', '--cases', 'cases'];

  test('prints a line for each case and the largest differences; 1 when one differs', async () => {
    const { exitCode, output } = await runCommand(args, { verify: verifying(good, bad) });
    expect(exitCode).toBe(1);
    expect(output.split('\n')).toEqual([
      'ok   text-only  logits 0.0000031, greedy ids 0',
      'NO   portrait  logits differ by 0.50, more than 0.00030  logits 0.5',
      '1 of 2 cases differ from the reference. Largest differences: logits 0.5, greedy ids 0',
      '',
    ]);
  });

  test('0 when all agree; with --json the report alone', async () => {
    const run = await runCommand([...args, '--json'], { verify: verifying(good) });
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(run.output)).toMatchObject({ passed: true, cases: [{ name: 'text-only' }] });
  });
});

describe('wetread doctor', () => {
  const well: Check = { name: 'system', ok: true, found: 'Node 20 on linux-x64', advice: null };
  const ill: Check = { name: 'port', ok: false, found: 'Port 80 is taken.', advice: 'Set PORT.' };

  test('prints each check and what to do; 1 when one is not well', async () => {
    const run = await runCommand(['doctor'], { diagnose: async () => [well, ill] });
    expect(run.exitCode).toBe(1);
    expect(run.output).toBe(
      'ok  system  Node 20 on linux-x64\nNO  port    Port 80 is taken.\n            Set PORT.\n',
    );
  });

  test('0 when all is well; with --json one object', async () => {
    const run = await runCommand(['doctor', '--json'], { diagnose: async () => [well] });
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(run.output)).toEqual({ ok: true, checks: [well] });
  });
});

test('--help and --version answer on standard output with 0', async () => {
  const help = await runCommand(['read', '--help']);
  expect(help).toMatchObject({ exitCode: 0, errors: '' });
  expect(help.output).toContain('--locate <what>');
  expect(await runCommand(['--version'])).toMatchObject({ exitCode: 0, output: '1.2.3\n' });
});
