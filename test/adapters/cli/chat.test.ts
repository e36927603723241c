import { readdir } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import type { CommandLineParts } from '../../../src/adapters/cli/parts.ts';
import { parseChatLine } from '../../../src/adapters/cli/chat-command.ts';
import { runCommand, startCommand } from './run-command.ts';
import {
  ANSWER,
  failure,
  MASK_QUESTION,
  QUESTION,
  reply,
  scriptedConversation,
  type TurnScript,
} from './scripted-conversation.ts';

const opening = (...turns: readonly TurnScript[]) => {
  const conversation = scriptedConversation(turns);
  const openConversation: CommandLineParts['openConversation'] = async () => ({
    conversation,
    model: { name: 'wetread-demo', version: 'abc', demo: true },
    film: () => undefined,
    close: async () => undefined,
  });
  return { conversation, openConversation };
};

describe('a line of a chat', () => {
  test.each([
    ['Is the heart large?', { kind: 'ask', ask: { kind: 'free', text: 'Is the heart large?' } }],
    ['/report', { kind: 'ask', ask: { kind: 'task', task: 'report' } }],
    [' /wet-read ', { kind: 'ask', ask: { kind: 'task', task: 'wet-read' } }],
    ['/locate left lung', { kind: 'ask', ask: { kind: 'locate', what: 'left lung' } }],
    ['/locate', { kind: 'unknown' }],
    ['/zoom', { kind: 'unknown' }],
    ['/help', { kind: 'help' }],
    ['/quit', { kind: 'quit' }],
    ['', { kind: 'nothing' }],
  ])('%j', (line, command) => {
    expect(parseChatLine(line, false)).toEqual(command);
  });

  test('an empty one asks for the wet read when nothing was asked yet', () => {
    const wetRead = { kind: 'ask', ask: { kind: 'task', task: 'wet-read' } };
    expect(parseChatLine('', true)).toEqual(wetRead);
  });
});

describe('wetread chat', () => {
  test('answers piped questions in order, in one thread, the film with the first', async () => {
    const { conversation, openConversation } = opening(ANSWER, ANSWER);
    const started = await startCommand(['chat', 'film.png'], {
      openConversation,
      input: '/report\nWhere is it?\n',
    });
    const { exitCode, output } = await started.finished;
    expect(exitCode).toBe(0);
    const [first, second] = conversation.messages;
    expect(first).toMatchObject({ ask: { kind: 'task', task: 'report' } });
    expect(second).toMatchObject({ ask: undefined, text: 'Where is it?', thread: first?.thread });
    expect(first?.attachments).toHaveLength(1);
    expect(second?.attachments).toHaveLength(0);
    expect(second?.id).not.toBe(first?.id);
    expect(output).toContain('Annotated film: film.annotated.png\n\nNote: ');
    expect(output).toContain('Annotated film: film.annotated-2.png\n');
    expect(await readdir(started.folder)).toHaveLength(3);
  });

  test('a question about the film is answered by one of its words', async () => {
    const { conversation, openConversation } = opening(QUESTION, ANSWER);
    const { exitCode, output } = await runCommand(['chat', 'film.png'], {
      openConversation,
      input: '/report\nturn\n',
    });
    expect(output).toContain('  turn: Turn it and read\n');
    expect(conversation.choices).toEqual([{ turn: '0', code: 'turn' }]);
    expect(conversation.messages).toHaveLength(1);
    expect(exitCode).toBe(0);
  });

  test('a masked film is written to be looked at, and confirmed by its word', async () => {
    const { conversation, openConversation } = opening(MASK_QUESTION, ANSWER);
    const { folder, finished } = await startCommand(['chat', 'film.png'], {
      openConversation,
      input: '/report\nmasked\n',
    });
    const { output } = await finished;
    expect(output).toContain('Masked film: film.annotated.png');
    expect(conversation.choices).toEqual([{ turn: '0', code: 'masked' }]);
    expect(await readdir(folder)).toContain('film.annotated.png');
  });

  test('a film that cannot be used ends the chat with its exit code', async () => {
    const { openConversation } = opening(failure('picture-damaged', 'The picture is damaged.'));
    const { exitCode, errors } = await runCommand(['chat', 'film.png'], {
      openConversation,
      input: '/report\n/report\n',
    });
    expect(exitCode).toBe(3);
    expect(errors).toBe('The picture is damaged.\n');
  });

  test('after a failure of the model the film goes along again', async () => {
    const { conversation, openConversation } = opening(
      failure('model-stopped', 'The model stopped.'),
      ANSWER,
    );
    const { exitCode } = await runCommand(['chat', 'film.png'], {
      openConversation,
      input: '/report\n/report\n',
    });
    expect(conversation.messages.map(({ attachments }) => attachments.length)).toEqual([1, 1]);
    expect(exitCode).toBe(0);
  });

  test('a question that is refused on the way in is told, and the chat goes on', async () => {
    const { openConversation } = opening(failure('question-too-long', 'Too long.'), ANSWER);
    const { exitCode, output } = await runCommand(['chat', 'film.png'], {
      openConversation,
      input: 'x\n/report\n',
    });
    expect(output).toContain('The heart is enlarged (1).');
    expect(exitCode).toBe(0);
  });

  test('Ctrl-C stops the answer, and the chat goes on', async () => {
    const { openConversation } = opening(async function* (_message, stopped) {
      yield { type: 'text-delta', text: 'The heart' };
      await new Promise((resolve) => stopped.addEventListener('abort', resolve));
      yield { type: 'end', reply: reply({ finishReason: 'stopped' }) };
    }, ANSWER);
    const chat = await startCommand(['chat', 'film.png'], { openConversation });
    chat.type('/report');
    await vi.waitFor(() => expect(chat.output()).toContain('The heart'));
    chat.interrupt();
    chat.type('/report');
    chat.type('/quit');
    const { exitCode, output } = await chat.finished;
    expect(output).toContain('The heart is enlarged (1).');
    expect(exitCode).toBe(0);
  });

  test('a second Ctrl-C leaves an answer that does not stop', async () => {
    const { openConversation } = opening(async function* () {
      yield { type: 'text-delta', text: 'The heart' };
      await new Promise(() => undefined);
    });
    const chat = await startCommand(['chat', 'film.png'], { openConversation });
    chat.type('/report');
    await vi.waitFor(() => expect(chat.output()).toContain('The heart'));
    chat.interrupt();
    chat.interrupt();
    expect((await chat.finished).exitCode).toBe(130);
  });

  test('at the prompt of a terminal Ctrl-C warns, and twice leaves', async () => {
    const { openConversation } = opening();
    const keys = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
    const chat = await startCommand(['chat', 'film.png'], {
      openConversation,
      onTerminal: true,
      keys,
    });
    await vi.waitFor(() => expect(chat.output()).toContain('> '));
    keys.write('\u0003');
    await vi.waitFor(() => expect(chat.output()).toContain('Ctrl-C once more, or /quit, leaves.'));
    keys.write('\u0003');
    expect((await chat.finished).exitCode).toBe(130);
  });

  test('the film cannot come from where the questions come from', async () => {
    const { exitCode } = await runCommand(['chat', '-']);
    expect(exitCode).toBe(2);
  });
});
