import { PassThrough } from 'node:stream';
import { mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { CommandLineParts, OpenConversation } from '../../../src/adapters/cli/parts.ts';
import { READ_OUTPUT } from '../../../src/adapters/cli/read-output.ts';
import { WetreadError, type ErrorCode } from '../../../src/errors.ts';
import { emptyFolder, runCommand, startCommand } from './run-command.ts';
import {
  ANSWER,
  failure,
  MASK_QUESTION,
  QUESTION,
  reply,
  scriptedConversation,
  type TurnScript,
} from './scripted-conversation.ts';

const FILM = { width: 64, height: 80, sha256: 'ab'.repeat(32), removed: [] };

const opening = (...turns: readonly TurnScript[]) => {
  const conversation = scriptedConversation(turns);
  const close = vi.fn<OpenConversation['close']>(async () => undefined);
  const openConversation = vi.fn<CommandLineParts['openConversation']>(async () => ({
    conversation,
    model: { name: 'wetread-demo', version: 'abc', demo: true },
    film: () => FILM,
    close,
  }));
  return { conversation, openConversation, close };
};

describe('wetread read', () => {
  test('prints the first notice, the words, the other notices and where the picture is', async () => {
    const { openConversation, close } = opening(ANSWER);
    const { folder, finished } = await startCommand(['read', 'film.png'], { openConversation });
    const { exitCode, output, errors } = await finished;
    expect(output).toBe(
      [
        'Note: This is a demonstration model.',
        '',
        'The heart is enlarged (1).',
        '',
        'Note: A box is where the model looks, not proof.',
        'Annotated film: film.annotated.png',
        '',
      ].join('\n'),
    );
    expect(errors.split('\n')).toEqual([
      'waiting, place 2',
      'reading the film, 0 %',
      'reading the film, 100 %',
      'answering',
      'drawing',
      '',
    ]);
    expect(exitCode).toBe(0);
    expect(await readFile(join(folder, 'film.annotated.png'), 'utf8')).toBe('annotated');
    expect(close).toHaveBeenCalledOnce();
  });

  test('asks for the wet read when nothing else is asked', async () => {
    const { conversation, openConversation } = opening(ANSWER);
    await runCommand(['read', 'film.png'], { openConversation });
    const [message] = conversation.messages;
    expect(message?.ask).toEqual({ kind: 'task', task: 'wet-read' });
    const bytes = await message?.attachments[0]?.fetch(new AbortController().signal);
    expect(Buffer.from(bytes ?? []).toString()).toBe('a film');
    // It cannot be fetched again: intake looks at it before the message is taken.
    expect(message?.attachments[0]?.reference).toBeUndefined();
    expect(conversation.reports).toEqual(['begun 0 part 0', 'delivered 0']);
  });

  test.each([
    [['--task', 'detect'], { kind: 'task', task: 'detect' }],
    [['--locate', ' right lung '], { kind: 'locate', what: 'right lung' }],
    [['--ask', 'Is the heart large?'], { kind: 'free', text: 'Is the heart large?' }],
  ])('%j asks that', async (args, ask) => {
    const { conversation, openConversation } = opening(ANSWER);
    await runCommand(['read', 'film.png', ...args], { openConversation });
    expect(conversation.messages[0]?.ask).toEqual(ask);
  });

  test('hands on the choice made beforehand and the model to use', async () => {
    const { conversation, openConversation } = opening(ANSWER);
    const args = ['read', 'film.png', '--choose', 'turn', '--model', 'http://gpu:8000/v1'];
    await runCommand(args, { openConversation });
    expect(conversation.messages[0]?.choose).toBe('turn');
    expect(openConversation.mock.calls[0]?.[0].model).toBe('http://gpu:8000/v1');
  });

  test('reads a film from standard input', async () => {
    const { conversation, openConversation } = opening(ANSWER);
    const started = await startCommand(['read', '-'], { openConversation, input: 'piped film' });
    await started.finished;
    const bytes = await conversation.messages[0]?.attachments[0]?.fetch(
      new AbortController().signal,
    );
    expect(Buffer.from(bytes ?? []).toString()).toBe('piped film');
    expect(await readdir(started.folder)).toContain('film.annotated.png');
  });

  test('an answer without boxes leaves no file behind', async () => {
    const { openConversation } = opening([
      { type: 'text-delta', text: 'Asked directly, the model does not report a nodule.' },
      { type: 'end', reply: reply() },
    ]);
    const { folder, finished } = await startCommand(['read', 'film.png'], { openConversation });
    expect((await finished).exitCode).toBe(0);
    expect(await readdir(folder)).toEqual(['film.png']);
  });

  test('says each step once, though a reply reads the film for each question of its own', async () => {
    const reading = { type: 'status', phase: 'reading', done: 9, total: 9 } as const;
    const { openConversation } = opening([
      reading,
      { type: 'status', phase: 'checking', left: 2 },
      reading,
      { type: 'status', phase: 'checking', left: 1 },
      reading,
      { type: 'end', reply: reply() },
    ]);
    const { errors } = await runCommand(['read', 'film.png'], { openConversation });
    expect(errors.split('\n')).toEqual([
      'reading the film, 100 %',
      'checking what it found, 2 left',
      'checking what it found, 1 left',
      '',
    ]);
  });

  test("takes what could steer a terminal out of the model's words", async () => {
    const { openConversation } = opening([
      { type: 'text-delta', text: 'a\u001b[2Jb\u202ec\u009bd\te' },
      { type: 'end', reply: reply() },
    ]);
    const { output } = await runCommand(['read', 'film.png'], { openConversation });
    expect(output).toBe('a[2Jbcd\te\n');
  });
});

describe('exit codes', () => {
  test('3 when a masked film is to be confirmed, which is written beside the film for that', async () => {
    const { openConversation } = opening(MASK_QUESTION);
    const { folder, finished } = await startCommand(['read', 'film.png'], { openConversation });
    const { exitCode, output } = await finished;
    expect(exitCode).toBe(3);
    expect(output).toContain('masked: Nothing is left, read it');
    expect(output).toContain('Masked film: film.annotated.png');
    expect(await readFile(join(folder, 'film.annotated.png'), 'utf8')).toBe('masked');
  });

  test('a person at the terminal is asked, and the answer is read on', async () => {
    const { conversation, openConversation } = opening(MASK_QUESTION, ANSWER);
    const keys = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
    const started = await startCommand(['read', 'film.png'], {
      openConversation,
      keys,
      onTerminal: true,
    });
    await expect.poll(() => started.output()).toContain('Type one of the words');
    keys.write('masked\r');
    const { exitCode, output } = await started.finished;
    expect(exitCode).toBe(0);
    expect(conversation.choices).toEqual([{ turn: '0', code: 'masked' }]);
    expect(output).toContain('enlarged (1).');
  });

  test.each([
    ['another word', 'no\r'],
    ['Ctrl-C', '\u0003'],
  ])('3 when a person at the terminal types %s', async (_, typed) => {
    const { conversation, openConversation } = opening(MASK_QUESTION);
    const keys = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
    const options = { openConversation, keys, onTerminal: true };
    const started = await startCommand(['read', 'film.png'], options);
    await expect.poll(() => started.output()).toContain('Type one of the words');
    keys.write(typed);
    expect((await started.finished).exitCode).toBe(3);
    expect(conversation.choices).toEqual([]);
  });

  test('3 and the choice that confirms it, for a program', async () => {
    const { openConversation } = opening(MASK_QUESTION);
    const { exitCode, output } = await runCommand(['read', 'film.png', '--json'], {
      openConversation,
    });
    expect(exitCode).toBe(3);
    expect(READ_OUTPUT.parse(JSON.parse(output))).toMatchObject({
      choices: [{ code: 'masked' }],
      annotated: { width: 64, height: 80 },
    });
  });

  test('3 when a question is open, which is printed with its choices', async () => {
    const { openConversation } = opening(QUESTION);
    const { exitCode, output } = await runCommand(['read', 'film.png'], { openConversation });
    expect(exitCode).toBe(3);
    expect(output).toContain('The film seems to be upside down.\n  turn: Turn it and read\n');
    expect(output).toContain('Choose with --choose.');
  });

  test.each([
    ['picture-svg', 3],
    ['question-too-long', 3],
    ['model-stopped', 4],
    ['endpoint-unreachable', 4],
    ['queue-full', 4],
    ['internal', 1],
  ])('a turn that ends in %s exits with %i and its sentence', async (code, expected) => {
    const { openConversation } = opening(failure(code, 'A sentence.'));
    const { exitCode, output, errors } = await runCommand(['read', 'film.png'], {
      openConversation,
    });
    expect({ exitCode, output, errors }).toEqual({
      exitCode: expected,
      output: '',
      errors: 'A sentence.\n',
    });
  });

  test.each([
    [new WetreadError('checkpoint-missing'), 4],
    [new WetreadError('endpoint-key'), 4],
    [new WetreadError('setting-invalid', { problems: 'PORT must be a number' }), 1],
    [new WetreadError('disk-full', { bytes: 1e9 }), 1],
  ])('a model that cannot be opened: %o', async (error, expected) => {
    const { exitCode, errors } = await runCommand(['read', 'film.png'], {
      openConversation: async () => {
        throw error;
      },
    });
    expect({ exitCode, errors }).toEqual({ exitCode: expected, errors: `${error.message}\n` });
  });

  test('an unknown failure is masked, and found in the log by its number alone', async () => {
    const { exitCode, errors, log } = await runCommand(['read', 'film.png'], {
      openConversation: async () => {
        throw new Error('secret.png could not be parsed');
      },
    });
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/report it with the number id-\d+\.\n$/);
    const number = /id-\d+/.exec(errors)?.[0];
    expect(JSON.parse(log)).toMatchObject({ id: number, err: { type: 'Error' } });
    expect(log).not.toContain('secret.png');
  });

  test('130 when the answer is stopped; what was said so far is printed', async () => {
    const { openConversation } = opening(async function* (_message, stopped) {
      yield { type: 'text-delta', text: 'The heart' };
      await new Promise((resolve) => stopped.addEventListener('abort', resolve));
      yield { type: 'end', reply: reply({ finishReason: 'stopped' }) };
    });
    const started = await startCommand(['read', 'film.png'], { openConversation });
    await vi.waitFor(() => expect(started.output()).toContain('The heart'));
    started.interrupt();
    expect(await started.finished).toMatchObject({ exitCode: 130, output: 'The heart\n' });
  });

  test('130 when it is stopped while the model is loading', async () => {
    const openConversation: CommandLineParts['openConversation'] = ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const started = await startCommand(['read', 'film.png', '--json'], { openConversation });
    await new Promise((resolve) => setTimeout(resolve, 50));
    started.interrupt();
    const { exitCode, output } = await started.finished;
    expect(exitCode).toBe(130);
    expect(JSON.parse(output)).toEqual({ error: { code: 'stopped', message: 'Stopped.' } });
  });
});

describe('what is wrong before the model is asked', () => {
  test.each([
    [['read']],
    [['read', 'film.png', 'other.png']],
    [['read', 'film.png', '--task', 'heal']],
    [['read', 'film.png', '--choose', 'maybe']],
    [['read', 'film.png', '--colour']],
    [['read', 'film.png', '--task', 'report', '--ask', 'And?']],
    [['read', 'film.png', '--locate', 'heart', '--ask', 'And?']],
    [['read', 'film.png', '--ask', '  ']],
    [['red', 'film.png']],
    [['model']],
    [['model', 'verify', 'folder']],
    [[]],
  ])('%j is a usage error: one sentence, exit 2', async (argv) => {
    const { exitCode, output, errors } = await runCommand(argv);
    expect(exitCode).toBe(2);
    expect(output).toBe('');
    expect(errors).toMatch(/^[A-Z].*[.)]\n$/);
  });

  test('with --json a usage error is the one object', async () => {
    const { exitCode, output, errors } = await runCommand(['read', '--json', '--task', 'x', 'f']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(output)).toMatchObject({ error: { code: 'usage' } });
    expect(errors).toBe('');
  });

  const files: Record<string, (folder: string) => Promise<unknown>> = {
    'file-missing': async () => undefined,
    'file-is-folder': (folder) => mkdir(join(folder, 'x.png')),
    // a link to itself, which not even root can open
    'file-unreadable': (folder) => symlink('x.png', join(folder, 'x.png')),
    'file-too-large': async (folder) => {
      await writeFile(join(folder, 'x.png'), '');
      await truncate(join(folder, 'x.png'), 101 * 2 ** 20);
    },
  };
  test.each(Object.entries(files))('%s', async (code, make) => {
    const folder = await emptyFolder();
    await make(folder);
    const args = ['read', 'x.png', '--json'];
    const { exitCode, output } = await runCommand(args, { workingDirectory: folder });
    expect(JSON.parse(output)).toMatchObject({ error: { code } });
    expect(exitCode).toBe(code === 'file-too-large' ? 3 : 1);
    expect(output).not.toContain('x.png');
  });

  test('an endless input is given up at the limit', async () => {
    const { output } = await runCommand(['read', '/dev/zero', '--json']);
    expect(JSON.parse(output)).toMatchObject({ error: { code: 'file-too-large' } });
  });

  test('the film is never overwritten, by whatever name', async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, 'film.png'), 'a film');
    await symlink('film.png', join(folder, 'link.png'));
    for (const out of ['film.png', './film.png', 'link.png']) {
      const args = ['read', 'film.png', '--out', out];
      const { exitCode, errors } = await runCommand(args, { workingDirectory: folder });
      expect(exitCode).toBe(2);
      expect(errors).toContain('would overwrite the film');
    }
    expect(await readFile(join(folder, 'film.png'), 'utf8')).toBe('a film');
  });

  test.each([['nowhere/out.png'], ['.']])('a picture cannot be written to %s', async (out) => {
    const args = ['read', 'film.png', '--json', '--out', out];
    const { exitCode, output } = await runCommand(args);
    expect(exitCode).toBe(1);
    expect(JSON.parse(output)).toMatchObject({ error: { code: 'output-unwritable' } });
  });

  test('a folder that vanishes while the model answers is told too', async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, 'film.png'), 'a film');
    await mkdir(join(folder, 'out'));
    const { openConversation } = opening(async function* () {
      await rm(join(folder, 'out'), { recursive: true });
      yield* ANSWER;
    });
    const args = ['read', 'film.png', '--out', 'out/a.png'];
    const run = await runCommand(args, { openConversation, workingDirectory: folder });
    expect(run.exitCode).toBe(1);
    expect(run.errors).toContain('The file could not be written there.');
  });
});

describe('--json', () => {
  const schema = async () =>
    z.fromJSONSchema(JSON.parse(await readFile('docs/read.schema.json', 'utf8')));

  test('docs/read.schema.json is what the program prints (npm run docs writes it)', async () => {
    const written: unknown = JSON.parse(await readFile('docs/read.schema.json', 'utf8'));
    expect(written).toMatchObject(JSON.parse(JSON.stringify(z.toJSONSchema(READ_OUTPUT))));
  });

  test('an answer is one object that the schema describes', async () => {
    const { openConversation } = opening(ANSWER);
    const { folder, finished } = await startCommand(['read', 'film.png', '--json'], {
      openConversation,
    });
    const { exitCode, output, errors } = await finished;
    expect(exitCode).toBe(0);
    expect(errors).toBe('');
    const answer: unknown = JSON.parse(output);
    expect((await schema()).parse(answer)).toEqual(answer);
    expect(answer).toEqual({
      film: FILM,
      model: { name: 'wetread-demo', version: 'abc', demo: true },
      question: 'Describe the film.',
      text: 'The heart is enlarged (1).',
      raw: 'The heart is enlarged [0.2, 0.5, 0.8, 0.9].',
      boxes: [
        {
          number: 1,
          label: 'heart',
          box: [0.2, 0.5, 0.8, 0.9],
          pixels: [12, 40, 51, 72],
          side: null,
          sentence: 'The heart is enlarged (1).',
        },
      ],
      notices: [
        { code: 'demo-model', text: 'This is a demonstration model.' },
        { code: 'legend', text: 'A box is where the model looks, not proof.' },
      ],
      choices: [],
      usage: { promptTokens: 900, cachedTokens: 0, completionTokens: 12 },
      annotated: { path: join(folder, 'film.annotated.png'), width: 64, height: 80 },
    });
  });

  test('an open question has choices, no words and no picture', async () => {
    const { openConversation } = opening(QUESTION);
    const args = ['read', 'film.png', '--json'];
    const { exitCode, output } = await runCommand(args, { openConversation });
    expect(exitCode).toBe(3);
    const answer: unknown = JSON.parse(output);
    expect((await schema()).parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({
      question: 'The film seems to be upside down.',
      text: '',
      choices: [
        { code: 'turn', text: 'Turn it and read' },
        { code: 'as-is', text: 'Read it as it is' },
      ],
      annotated: null,
    });
  });

  test('a failure is its code and sentence alone', async () => {
    const { openConversation } = opening(failure('model-failed' satisfies ErrorCode, 'It failed.'));
    const args = ['read', 'film.png', '--json'];
    const { output } = await runCommand(args, { openConversation });
    const answer: unknown = JSON.parse(output);
    expect((await schema()).parse(answer)).toEqual(answer);
    expect(answer).toEqual({ error: { code: 'model-failed', message: 'It failed.' } });
  });

  test('on a terminal the progress line stays on standard error and is taken away', async () => {
    const { openConversation } = opening(ANSWER);
    const args = ['read', 'film.png', '--json'];
    const { output, errors } = await runCommand(args, { openConversation, onTerminal: true });
    expect(() => JSON.parse(output) as unknown).not.toThrow();
    expect(errors).toContain('reading the film, 11 %');
    expect(errors).toContain('The heart is enlarged (1).');
    expect(errors.endsWith('\r\u001b[2K')).toBe(true);
  });
});

describe('on a terminal', () => {
  test('notices are dimmed, and not where colours are not wanted', async () => {
    for (const colours of [true, false]) {
      const { openConversation } = opening(ANSWER);
      const options = { openConversation, onTerminal: true, colours };
      const { output } = await runCommand(['read', 'film.png'], options);
      expect(output.includes('\u001b[2m')).toBe(colours);
    }
  });

  test('progress keeps off a line that words stand on', async () => {
    const checking = { type: 'status', phase: 'checking', left: 1 } as const;
    const { openConversation } = opening([
      { type: 'status', phase: 'answering' },
      { type: 'text-delta', text: 'The heart is enlarged.' },
      checking,
      { type: 'end', reply: reply() },
    ]);
    const options = { openConversation, onTerminal: true };
    const { errors } = await runCommand(['read', 'film.png'], options);
    expect(errors).toBe('\r\u001b[2Kanswering\r\u001b[2K');
  });

  test('colours never go into a pipe', async () => {
    const { openConversation } = opening(ANSWER);
    const { output } = await runCommand(['read', 'film.png'], { openConversation, colours: true });
    expect(output).not.toContain('\u001b');
  });
});

test('nothing of the film, the question or the answer is logged', async () => {
  const { openConversation } = opening(ANSWER);
  const args = ['read', 'film.png', '--ask', 'Is the heart enlarged?'];
  const { log } = await runCommand(args, { openConversation });
  expect(log).toBe('');
});
