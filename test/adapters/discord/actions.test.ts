import { describe, expect, test } from 'vitest';
import { ACTIONS, customId, readCustomId } from '../../../src/adapters/discord/actions.ts';
import { nonceOf } from '../../../src/adapters/discord/delivery-key.ts';

const TURN = 'ab'.repeat(32);

describe('the key of a part', () => {
  test.each(Object.values(ACTIONS))('fits into the id of "%s", and comes back', (action) => {
    const id = customId(action, TURN, 12, 'film-10');
    expect(id.length).toBeLessThanOrEqual(100);
    expect(readCustomId(id)).toEqual({ action, turn: TURN, part: 12, more: 'film-10' });
  });

  test('is not read out of the ids of others', () => {
    for (const id of ['', 'wetread', 'wetread:stop:abc:0', `other:stop:${TURN}:0`])
      expect(readCustomId(id)).toBeUndefined();
  });

  test('fits into a nonce, another one for each part', () => {
    const nonces = [0, 1, 35, 36, 9_999].map((part) => nonceOf(TURN, part));
    expect(new Set(nonces).size).toBe(nonces.length);
    for (const nonce of nonces) expect(nonce.length).toBeLessThanOrEqual(25);
  });
});
