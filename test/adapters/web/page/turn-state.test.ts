import { describe, expect, test } from 'vitest';
import type { PageEvent } from '../../../../src/adapters/web/page-event.ts';
import { isOver, NEW_TURN, withEvent } from '../../../../src/adapters/web/page/state/turn-state.ts';
import { statusWords } from '../../../../src/adapters/web/page/words/status-words.ts';

const after = (...events: readonly PageEvent[]) => events.reduce(withEvent, NEW_TURN);
const notice = (text: string) => ({ type: 'notice', code: text, text }) as const;
const word = (text: string) => ({ type: 'text-delta', text }) as const;

describe('a turn', () => {
  test('keeps notices before the words apart from those after', () => {
    const { firstNotices, text, notices } = after(
      notice('a'),
      word('It '),
      word('is.'),
      notice('b'),
    );
    expect(firstNotices.map(({ code }) => code)).toEqual(['a']);
    expect(text).toBe('It is.');
    expect(notices.map(({ code }) => code)).toEqual(['b']);
  });

  test('is over with an answer, a question or a failure, and not before', () => {
    const failed = after(word('It '), {
      type: 'error',
      code: 'queue-full',
      message: 'Many people are asking.',
      retryable: true,
    });
    expect([isOver(failed), failed.text, failed.failure?.message]).toEqual([
      true,
      'It ',
      'Many people are asking.',
    ]);
    const film = { url: '/film', name: 'a1' };
    const asked = after({
      type: 'choices',
      private: false,
      question: 'Turn it?',
      refused: false,
      options: [],
      picture: null,
      film,
    });
    expect([isOver(asked), asked.question?.question, asked.film]).toEqual([true, 'Turn it?', film]);
    expect(isOver(after(word('It ')))).toBe(false);
    expect(isOver(NEW_TURN)).toBe(false);
  });

  test('says in words what it waits for', () => {
    const words = (status: Parameters<typeof statusWords>[0]) => statusWords(status).words;
    expect(words(undefined)).toBe('Waiting');
    expect(words({ phase: 'queued', place: 1 })).toBe('Next in the queue');
    expect(words({ phase: 'queued', place: 4 })).toBe('Place 4 in the queue');
    expect(statusWords({ phase: 'reading', done: 30, total: 120 })).toEqual({
      words: 'Reading the film, 25 %',
      share: 0.25,
    });
    expect(statusWords({ phase: 'reading', done: 0, total: 0 }).share).toBe(0);
    expect(words({ phase: 'checking', left: 1 })).toBe('Checking one finding');
    expect(words({ phase: 'checking', left: 3 })).toBe('Checking 3 findings');
    expect(words({ phase: 'answering' })).toBe('Answering');
    expect(words({ phase: 'drawing' })).toBe('Drawing');
  });
});
