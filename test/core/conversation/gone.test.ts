import { describe, expect, test } from 'vitest';
import {
  goneTurn,
  NOTHING_GONE,
  withoutGone,
  type Gone,
} from '../../../src/core/conversation/gone.ts';
import {
  addFilm,
  EMPTY_THREAD,
  filmNumbered,
  rememberReply,
  type ThreadRecord,
} from '../../../src/core/conversation/thread-record.ts';
import type { NumberedBox } from '../../../src/core/film.ts';
import type { Exchange } from '../../../src/core/reply.ts';

const exchange = (question: string): Exchange => ({ question, answer: 'Yes.', gate: false });
const box = (label: string): NumberedBox => ({
  number: 1,
  label,
  box: [0, 0, 1, 1],
  pixels: [0, 0, 1, 1],
  side: null,
  sentence: label,
});

const withFilm = (thread: ThreadRecord, sha256: string): ThreadRecord => {
  const size = { width: 1, height: 1, channels: 1 } as const;
  const whose = { author: 'a', turn: `with ${sha256}`, notices: [], expiresAt: 1 };
  const added = addFilm(thread, { sha256, ...size, ...whose, number: undefined });
  return { ...added.thread, currentFilm: added.film.number };
};
const withReply = (
  thread: ThreadRecord,
  turn: string,
  question: string,
  boxes: readonly NumberedBox[] = [],
): ThreadRecord => {
  const film = filmNumbered(thread, thread.currentFilm);
  if (film === undefined) throw new Error('there is no film');
  return rememberReply(thread, turn, film, { exchange: exchange(question), boxes });
};

const questions = (thread: ThreadRecord, film: number): string[] =>
  (filmNumbered(thread, film)?.history ?? []).map(({ question }) => question);

/** Two films, three questions about the second. */
const thread = withReply(
  withReply(
    withReply(withFilm(withFilm(EMPTY_THREAD, 'one'), 'two'), 'turn 1', 'First?', [box('heart')]),
    'turn 2',
    'Second?',
    [box('lung')],
  ),
  'turn 3',
  'Third?',
);

describe('a thread without what has gone since it was written', () => {
  test('is the same where nothing has', () => {
    const gone: Gone = { times: 1, films: ['one'], turns: [] };
    expect(withoutGone(thread, gone, gone)).toBe(thread);
  });

  test('is empty once all of it was forgotten', () => {
    expect(withoutGone(thread, NOTHING_GONE, { ...NOTHING_GONE, times: 1 })).toBe(EMPTY_THREAD);
  });

  test('loses a film with its replies; another one is talked about, under its own number', () => {
    const left = withoutGone(thread, NOTHING_GONE, { ...NOTHING_GONE, films: ['two'] });
    expect(left.films.map(({ number }) => number)).toEqual([1]);
    expect(left).toMatchObject({ currentFilm: 1, lastNumber: 2, replies: [] });
  });

  test('keeps a film that came back after it had gone', () => {
    const gone: Gone = { ...NOTHING_GONE, films: ['two'] };
    expect(withoutGone(thread, gone, { ...gone, films: ['two', 'one'] }).films).toMatchObject([
      { sha256: 'two' },
    ]);
  });

  test('loses a turn with its exchange, its boxes and its place among the others', () => {
    const gone = { ...NOTHING_GONE, turns: [goneTurn('turn 2', exchange('Second?'))] };
    const left = withoutGone(thread, NOTHING_GONE, gone);
    expect(questions(left, 2)).toEqual(['First?', 'Third?']);
    expect(left.replies.map(({ turn, exchanges }) => [turn, exchanges])).toEqual([
      ['turn 1', 1],
      ['turn 3', 2],
    ]);
    expect(filmNumbered(left, 2)?.boxes).toMatchObject([{ label: 'heart' }]);
    expect(JSON.stringify(left)).not.toMatch(/Second|lung/);
  });

  test('is told of turns by hashes alone', () => {
    expect(JSON.stringify(goneTurn('turn', exchange('A secret?')))).not.toContain('secret');
  });
});
