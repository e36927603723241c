import { expect, test } from 'vitest';
import type { Conversation } from '../../src/core/conversation.ts';
import type { ReplyEvent } from '../../src/core/reply.ts';
import { WetreadError } from '../../src/errors.ts';
import { lateConversation } from '../../src/main/late-conversation.ts';
import type { Opened } from '../../src/main/open-conversation.ts';
import { Room } from '../../src/main/room.ts';
import { collect } from '../support/collect.ts';

const STOPPED: ReplyEvent = {
  type: 'error',
  code: 'stopped',
  message: 'Stopped.',
  retryable: false,
};
const never = new AbortController().signal;

const start = () => {
  const room = new Room();
  const conversation = lateConversation({
    find: () => room.opened.conversation,
    whenThere: async (signal) => (await room.whenOpen(signal)).conversation,
  });
  const there = {
    async *events() {
      yield STOPPED;
    },
    stop: async () => undefined,
  } as unknown as Conversation;
  const open = (): void => room.open({ conversation: there } as Opened);
  return { room, conversation, open };
};

test('what is new fails while there is no model, and says why', async () => {
  const { room, conversation, open } = start();
  await expect(conversation.stop('turn')).rejects.toMatchObject({ code: 'not-ready' });
  room.fail(new WetreadError('endpoint-unreachable'));
  await expect(conversation.stop('turn')).rejects.toMatchObject({ code: 'endpoint-unreachable' });
  open();
  await expect(conversation.stop('turn')).resolves.toBeUndefined();
});

test('a page that was open when the server ended waits until the next one answers', async () => {
  const { conversation, open } = start();
  const events = collect(conversation.events('turn', never));
  setImmediate(open);
  expect(await events).toEqual([STOPPED]);
});

test('who leaves while there is no model is not waited for', async () => {
  const { conversation } = start();
  const leaving = new AbortController();
  const events = collect(conversation.events('turn', leaving.signal));
  leaving.abort();
  await expect(events).rejects.toThrow('aborted');
});
