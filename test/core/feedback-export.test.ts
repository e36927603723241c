import { describe, expect, test } from 'vitest';
import type { FeedbackRecord } from '../../src/core/conversation/feedback-record.ts';
import { exportFeedback } from '../../src/core/feedback-export.ts';
import { createPseudonym } from '../../src/core/pseudonym.ts';
import type { Json, Records } from '../../src/core/records.ts';
import { WetreadError } from '../../src/errors.ts';
import { createMemoryStores } from '../../src/state/memory-stores.ts';
import { collect } from '../support/collect.ts';

const RECORD: FeedbackRecord = {
  turn: 'a1b2c3',
  platform: 'slack',
  author: 'U02ABC123',
  feedback: { kind: 'wrong-place', box: 2, corrected: [0.1, 0.2, 0.3, 0.4] },
  box: [0.5, 0.6, 0.7, 0.8],
  film: 'f'.repeat(64),
  model: 'radvlm',
  version: '1',
  at: Date.UTC(2026, 10, 30),
};
const pseudonym = createPseudonym('a key');

const exported = async (feedback: readonly FeedbackRecord[], damagedKey?: string) => {
  const { records } = createMemoryStores({ now: () => 0 });
  for (const [index, record] of feedback.entries())
    // What is undefined is left out by JSON.
    await records.set('feedback', String(index), JSON.parse(JSON.stringify(record)) as Json, 1_000);
  const damaged: unknown[] = [];
  const onDamaged = (error: unknown) => void damaged.push(error);
  const store: Pick<Records, 'keys' | 'get'> = {
    keys: (namespace) => records.keys(namespace),
    get: async (namespace, key) => {
      if (key === damagedKey) throw new WetreadError('record-damaged');
      return records.get(namespace, key);
    },
  };
  return {
    rows: await collect(exportFeedback({ records: store, pseudonym, onDamaged })),
    damaged,
  };
};

describe('exported feedback', () => {
  test('says what was judged, where the box was and should be, of which film and model', async () => {
    const { rows } = await exported([RECORD]);
    expect(rows).toEqual([
      {
        at: '2026-11-30T00:00:00.000Z',
        kind: 'wrong-place',
        turn: pseudonym('slack', 'turn', 'a1b2c3'),
        author: pseudonym('slack', 'author', 'U02ABC123'),
        platform: 'slack',
        model: 'radvlm',
        version: '1',
        film: 'f'.repeat(64),
        number: 2,
        box: [0.5, 0.6, 0.7, 0.8],
        corrected: [0.1, 0.2, 0.3, 0.4],
      },
    ]);
  });

  test('has null for what was not said', async () => {
    const whole: FeedbackRecord = {
      ...RECORD,
      feedback: { kind: 'right', box: undefined },
      box: undefined,
      film: undefined,
    };
    const { rows } = await exported([whole]);
    expect(rows[0]).toMatchObject({ film: null, number: null, box: null, corrected: null });
  });

  test('holds neither the id of a turn nor of a person, yet tells rows of one together', async () => {
    const { rows } = await exported([RECORD, { ...RECORD, turn: 'another' }]);
    const text = JSON.stringify(rows);
    for (const id of [RECORD.turn, RECORD.author]) expect(text).not.toContain(id);
    expect(rows[0]?.author).toBe(rows[1]?.author);
    expect(rows[0]?.turn).not.toBe(rows[1]?.turn);
  });

  test('leaves out a record that cannot be read, and says so', async () => {
    const { rows, damaged } = await exported([RECORD, RECORD, RECORD], '1');
    expect([rows.length, damaged.length]).toEqual([2, 1]);
  });
});
