import { describe, expect, test } from 'vitest';
import { checkSoak, type Verdict } from '../bench/soak/check.ts';
import type {
  PlatformRecord,
  PartKind,
  RecordedDelivery,
  RecordedPart,
  Saying,
} from './support/platform-record.ts';
import { FAILURE_MARK } from './support/reply-draft.ts';

const saying = (at: number, more: Partial<Saying> = {}): Saying => ({
  id: `m0-${at}`,
  thread: 't0',
  author: 'u0',
  text: `Tell me about q0-${at}.`,
  films: at === 0 ? ['f0-0'] : [],
  hurried: false,
  ...more,
});

const SAYINGS = [saying(0), saying(1), saying(2)];

const answer = (at: number, after = at === 0 ? 'nothing' : `q0-${at - 1}`, film = 'f0-0'): string =>
  `On ${film} q0-${at} comes after ${after} and 1, the end of q0-${at}.`;

/** A part that was posted and last changed at these times. */
const part = (
  answers: string,
  text: string,
  [postedAt, changedAt]: readonly [number, number],
  kind: PartKind = 'text',
): RecordedPart => ({
  id: `part ${postedAt}`,
  thread: 't0',
  answers,
  key: `turn of ${answers}:${postedAt}`,
  kind,
  text,
  options: [],
  postedAt,
  changedAt,
  deletedAt: undefined,
});

const delivery = (subject: string, sentAt: number, acknowledgedAt?: number): RecordedDelivery => ({
  delivery: `delivery ${sentAt}`,
  subject,
  connection: 1,
  sentAt,
  acknowledgedAt,
});

/** Message n is delivered at 10 n, acknowledged at 10 n + 1, its reply begun at 10 n + 2 and finished at 10 n + 5. */
const GOOD: PlatformRecord = {
  deliveries: [0, 1, 2].map((at) => delivery(`m0-${at}`, at * 10, at * 10 + 1)),
  presses: [],
  parts: [0, 1, 2].map((at) => part(`m0-${at}`, answer(at), [at * 10 + 2, at * 10 + 5])),
};

const judge = (
  parts: readonly RecordedPart[],
  more: Partial<PlatformRecord> = {},
  sayings: readonly Saying[] = SAYINGS,
): Pick<Verdict, 'lost' | 'doubled' | 'disordered'> => {
  const { lost, doubled, disordered } = checkSoak(sayings, { ...GOOD, ...more, parts });
  return { lost, doubled, disordered };
};

const NONE = { lost: [], doubled: [], disordered: [] };
const [first, second, third] = GOOD.parts as [RecordedPart, RecordedPart, RecordedPart];

describe('the checker of a soak', () => {
  test('finds nothing where every message has its one reply in order', () => {
    expect(checkSoak(SAYINGS, GOOD)).toEqual({ turns: 3, delivered: 3, failed: 0, ...NONE });
  });

  test('takes a reply that says why there is no answer for one, and counts it', () => {
    const failure = part('m0-1', `${FAILURE_MARK}The model failed.`, [12, 15]);
    const after = part('m0-2', answer(2, 'q0-0'), [22, 25]);
    const record = { ...GOOD, parts: [first, failure, after] };
    expect(checkSoak(SAYINGS, record)).toEqual({ turns: 3, delivered: 3, failed: 1, ...NONE });
  });

  test('finds a message without a reply', () => {
    const after = part('m0-2', answer(2, 'q0-0'), [22, 25]);
    expect(judge([first, after])).toEqual({ ...NONE, lost: ['m0-1: no reply'] });
  });

  test('finds a reply that was never finished', () => {
    const half = part('m0-2', 'On f0-0 q0-2 comes after', [22, 25]);
    expect(judge([first, second, half])).toEqual({ ...NONE, lost: ['m0-2: no whole answer'] });
  });

  test('finds a reply that was taken away', () => {
    expect(judge([first, second, { ...third, deletedAt: 30 }]).lost).toEqual(['m0-2: no reply']);
  });

  test('finds a missing picture, and one too many', () => {
    const marked = [saying(0), saying(1), saying(2, { text: 'Tell me about q0-2 and mark it.' })];
    const one = part('m0-2', 'drawn', [26, 26], 'picture');
    const another = part('m0-2', 'drawn again', [27, 27], 'picture');
    expect(judge([first, second, third, one], {}, marked)).toEqual(NONE);
    expect(judge([first, second, third], {}, marked).lost).toEqual(['m0-2: no picture']);
    expect(judge([first, second, third, one, another], {}, marked).doubled).toHaveLength(1);
  });

  test('finds a reply that was posted twice, also when one of them was taken back', () => {
    const twin = part('m0-2', answer(2), [26, 26]);
    const doubled = ['m0-2: text posted twice'];
    expect(judge([first, second, third, twin])).toEqual({ ...NONE, doubled });
    const taken = { ...twin, deletedAt: 30 };
    expect(judge([first, second, third, taken])).toEqual({ ...NONE, doubled });
  });

  test('finds a reply that was posted twice and only once written to its end', () => {
    const begun = part('m0-2', 'On f0-0 q0-2', [21, 21]);
    expect(judge([first, second, begun, third]).doubled).toEqual(['m0-2: text posted twice']);
  });

  test('finds an answer beside a failure', () => {
    const failure = part('m0-2', `${FAILURE_MARK}The model failed.`, [26, 26]);
    expect(judge([first, second, third, failure]).doubled).toEqual(['m0-2: two replies']);
  });

  test('finds a reply to nothing that was said', () => {
    const stray = part('m9-9', answer(2), [26, 26]);
    expect(judge([...GOOD.parts, stray]).doubled).toEqual(['m9-9: a reply to nothing']);
  });

  test('finds a reply to another question, of another film, and from a history with a gap or a double', () => {
    const last = (text: string) => judge([first, second, part('m0-2', text, [22, 25])]).lost;
    expect(last(answer(1, 'q0-1'))).toEqual(['m0-2: a reply about q0-1']);
    expect(last(answer(2, 'nothing', 'f7-0'))).toEqual(['m0-2: a reply on f7-0']);
    expect(last(answer(2, 'q0-0'))).toEqual(['m0-2: a reply after q0-0, not q0-1']);
    expect(last(answer(2, 'q0-2'))).toEqual(['m0-2: a reply after q0-2, not q0-1']);
  });

  test('finds a reply that was begun before the one before it was finished', () => {
    const late = { ...second, changedAt: 24 };
    const disordered = ['m0-2: begun before m0-1 was finished'];
    expect(judge([first, late, third])).toEqual({ ...NONE, disordered });
  });

  test('asks for no order of messages that were told before the other was acknowledged', () => {
    const deliveries = [
      delivery('m0-0', 0, 1),
      { ...delivery('m0-1', 10, 21), connection: 2 },
      delivery('m0-2', 20, 30),
    ];
    const early = part('m0-2', answer(2, 'q0-0'), [22, 25]);
    const late = part('m0-1', answer(1, 'q0-2'), [26, 27]);
    expect(judge([first, early, late], { deliveries })).toEqual(NONE);
    const known = [...deliveries.slice(0, 1), delivery('m0-1', 10, 19), delivery('m0-2', 20, 30)];
    expect(judge([first, early, late], { deliveries: known }).disordered).toHaveLength(1);
  });

  test('lets words join the film that came alone before them, and only that', () => {
    const sayings = [saying(0, { text: '' }), saying(1), saying(2)];
    const joined = part('m0-0', answer(1, 'nothing'), [2, 5]);
    const after = part('m0-2', answer(2, 'q0-1'), [22, 25]);
    expect(judge([joined, after], {}, sayings)).toEqual(NONE);
    const report = 'On f0-0 f0-0 comes after nothing and 1, the end of f0-0.';
    const alone = part('m0-0', report, [2, 5]);
    const next = part('m0-2', answer(2, 'f0-0'), [22, 25]);
    expect(judge([alone, next], {}, sayings).lost).toEqual(['m0-1: no reply']);
  });

  test('asks of an odd film one question and, once a button is pressed, one answer', () => {
    const sayings = [saying(0), saying(1, { films: ['odd-f0-1'] })];
    const presses = [{ id: 'press-m0-1', saying: 'm0-1', code: 'read' }];
    const asked = part('m0-1', 'Read it?', [12, 12], 'question');
    const read = part('press-m0-1', answer(1, 'nothing', 'odd-f0-1'), [16, 18]);
    expect(judge([first, asked, read], { presses }, sayings)).toEqual(NONE);
    expect(judge([first, asked], { presses }, sayings).lost).toEqual(['press-m0-1: no reply']);
    const again = part('m0-1', 'Read it?', [13, 13], 'question');
    expect(judge([first, asked, again, read], { presses }, sayings).doubled).toEqual([
      'm0-1: asked twice',
    ]);
  });
});
