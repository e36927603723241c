import { describe, expect, test } from 'vitest';
import { answeringTurnIdOf, turnIdOf } from '../../../src/core/conversation/turn-id.ts';

const MESSAGE = { platform: 'slack', workspace: 'T1', channel: 'C1', id: '17.01' };

describe('the id of a turn', () => {
  test('is the same whenever the message comes, whatever else it brings', () => {
    const again = { ...MESSAGE, thread: '17.00', text: 'Is there an effusion?' };
    expect(turnIdOf(again)).toBe(turnIdOf(MESSAGE));
    expect(turnIdOf(MESSAGE)).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each([
    ['platform', { platform: 'discord' }],
    ['workspace', { workspace: 'T2' }],
    ['channel', { channel: 'C2' }],
    ['id', { id: '17.02' }],
    ['parts that only read the same in a row', { workspace: 'T1C1', channel: '' }],
  ])('is another one with another %s', (_what, change) => {
    expect(turnIdOf({ ...MESSAGE, ...change })).not.toBe(turnIdOf(MESSAGE));
  });

  test("of an answer follows from the question's, and is no message's", () => {
    const turn = turnIdOf(MESSAGE);
    expect(answeringTurnIdOf(turn)).toBe(answeringTurnIdOf(turn));
    expect(answeringTurnIdOf(turn)).not.toBe(turn);
    expect(answeringTurnIdOf(answeringTurnIdOf(turn))).not.toBe(answeringTurnIdOf(turn));
  });
});
