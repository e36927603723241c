import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDelivery } from '../../../src/adapters/web/delivery.ts';
import { toMessage } from '../../../src/adapters/web/web-message.ts';
import type { Conversation, Unfinished } from '../../../src/core/conversation.ts';
import { turnIdOf } from '../../../src/core/conversation/turn-id.ts';
import type { ReplyEvent } from '../../../src/core/reply.ts';
import { WetreadError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/log.ts';
import { createStagedConversation, type Stage } from './staged-conversation.ts';

const THREAD = 'a4d4ff05-9a34-4a4b-8d3e-1f8f27b8a9a1';
const message = toMessage(THREAD, { id: 'message-1', text: 'Where is it?' }, () => undefined);
const TURN = turnIdOf(message);
const REPLY: readonly ReplyEvent[] = [
  { type: 'status', phase: 'answering' },
  { type: 'text-delta', text: 'Here ' },
  { type: 'text-delta', text: 'it is.' },
  { type: 'error', code: 'internal', message: 'Enough.', retryable: false },
];
const reply: Stage = async function* () {
  yield* REPLY;
};
const never: Stage = async function* (_message, signal) {
  yield { type: 'text-delta', text: 'Here' };
  while (!signal.aborted) await sleep(5);
};

const deliveryOf = (conversation: Conversation) => {
  const closing = new AbortController();
  onTestFinished(() => closing.abort());
  const logger = createLogger('silent');
  const options = { conversation, logger, id: () => 'f00', closing: closing.signal };
  return { delivery: createDelivery(options), close: () => closing.abort() };
};
const leftBehind = (duty: Unfinished['duty']): Unfinished => ({
  author: 'page',
  turn: TURN,
  message,
  duty,
  parts: [],
});

describe("a reply of the page's", () => {
  test('is begun with its first words and delivered with its end', async () => {
    const staged = createStagedConversation(reply);
    deliveryOf(staged).delivery.begin(await staged.take(message));
    await expect
      .poll(() => staged.reports)
      .toEqual([
        ['begun', TURN],
        ['delivered', TURN],
      ]);
  });

  test('is not delivered when the server closes before its end', async () => {
    const staged = createStagedConversation(never);
    const { delivery, close } = deliveryOf(staged);
    delivery.begin(await staged.take(message));
    await expect.poll(() => staged.reports).toEqual([['begun', TURN]]);
    close();
    await expect.poll(() => staged.listeners()).toBe(0);
    expect(staged.reports).toEqual([['begun', TURN]]);
  });

  test('that an earlier process took is delivered by this one', async () => {
    const staged = createStagedConversation(reply, [leftBehind('deliver')]);
    staged.remember(message);
    deliveryOf(staged).delivery.recover();
    await expect.poll(() => staged.reports).toContainEqual(['delivered', TURN]);
  });

  test('that was forgotten is nowhere else, so it is taken down at once', async () => {
    const staged = createStagedConversation(reply, [leftBehind('take-down')]);
    deliveryOf(staged).delivery.recover();
    await expect.poll(() => staged.reports).toEqual([['taken down', TURN]]);
  });

  test('is reported again when the store has failed', async () => {
    const staged = createStagedConversation(reply);
    let failures = 1;
    const delivered: Conversation['delivered'] = async (turn) => {
      if (failures-- > 0) throw new WetreadError('store-failed');
      await staged.delivered(turn);
    };
    deliveryOf({ ...staged, delivered }).delivery.begin(await staged.take(message));
    await expect.poll(() => staged.reports, { timeout: 3_000 }).toContainEqual(['delivered', TURN]);
  });

  test('that was forgotten while it was made is let go', async () => {
    const staged = createStagedConversation(never);
    let asked = 0;
    const events: Conversation['events'] = async function* () {
      asked += 1;
      yield REPLY[1]!;
      throw new WetreadError('turn-unknown');
    };
    deliveryOf({ ...staged, events }).delivery.begin(TURN);
    await sleep(50);
    expect([asked, staged.reports]).toEqual([1, [['begun', TURN]]]);
  });
});
