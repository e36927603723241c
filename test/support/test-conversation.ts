import { afterEach } from 'vitest';
import { createConversation } from '../../src/core/conversation/create-conversation.ts';
import { CONVERSATION_LIMITS } from '../../src/core/conversation/limits.ts';
import type { Attachment, Conversation, Message } from '../../src/core/conversation.ts';
import type { Intake } from '../../src/core/intake/intake.ts';
import { DEMO_PROFILE } from '../../src/core/profile/demo.ts';
import type { ReplyEvent } from '../../src/core/reply.ts';
import { WetreadError } from '../../src/errors.ts';
import { createLogger } from '../../src/log.ts';
import { collect } from './collect.ts';
import type { ScriptedModel } from './scripted-model.ts';
import { createReader, createTestReading, filmNamed, type Answers } from './scripted-reader.ts';

export const REPORT = 'Provide a radiology report for this Chest X-Ray.';
export const ANSWERS: Answers = {
  [REPORT]: 'The lungs are clear. The heart size is normal.',
  'How is the heart?': 'The heart size is normal.',
  'How are the lungs?': 'The lungs are clear.',
};

/** The bytes of a file are its film's name; "odd …" is asked about, "bad …" refused. */
const intake: Intake = {
  async take(bytes, { choose }) {
    const name = new TextDecoder().decode(bytes);
    const film = { ...filmNamed(name), png: bytes };
    if (name.startsWith('bad')) throw new WetreadError('not-a-picture');
    if (name.startsWith('odd') && choose !== 'read') {
      return {
        outcome: 'question',
        film,
        event: {
          type: 'choices',
          question: 'This does not look like a chest film. Read it?',
          refused: true,
          options: [{ code: 'read', text: 'Read it' }],
          picture: null,
        },
      };
    }
    const notices = choose === 'read' ? [{ code: 'gate-overruled', text: 'You said so.' }] : [];
    return { outcome: 'accepted', film, notices };
  },
};

export const film = (name: string): Attachment => ({
  reference: { name },
  fetch: async () => new TextEncoder().encode(name),
});

let sent = 0;
export const message = (
  text: string,
  films: readonly Attachment[] = [],
  more: Partial<Message> = {},
): Message => ({
  platform: 'test',
  workspace: 'w',
  channel: 'c',
  thread: 't',
  id: `m${(sent += 1)}`,
  author: 'a',
  text,
  ask: undefined,
  attachments: films,
  addressed: true,
  choose: undefined,
  ...more,
});

export const never = new AbortController().signal;
const opened: Conversation[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((conversation) => conversation.close(0)));
});

export const open = (
  model: ScriptedModel,
  limits = CONVERSATION_LIMITS,
  now = () => 0,
  takesIn = intake,
): Conversation => {
  let ids = 0;
  const conversation = createConversation({
    reading: createTestReading(model),
    intake: takesIn,
    model,
    profile: DEMO_PROFILE,
    logger: createLogger('silent'),
    now,
    id: () => `turn ${(ids += 1)}`,
    limits,
  });
  opened.push(conversation);
  return conversation;
};

export const eventsOf = (conversation: Conversation, turn: string): Promise<ReplyEvent[]> =>
  collect(conversation.events(turn, never));
export const say = async (conversation: Conversation, said: Message): Promise<ReplyEvent[]> =>
  eventsOf(conversation, await conversation.take(said));

/** A conversation whose model has said one word and waits. */
export const openWaiting = async () => {
  let model: ScriptedModel;
  let answering = (): void => {};
  const begun = new Promise<void>((resolve) => (answering = resolve));
  let events = 0;
  model = createReader(ANSWERS, {
    pause: async () => {
      if ((events += 1) < 4) return;
      answering();
      await new Promise(() => {});
    },
  });
  const conversation = open(model);
  const turn = await conversation.take(message('How is the heart?', [film('one')]));
  await begun;
  return { conversation, turn, model };
};
