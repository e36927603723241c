import { randomUUID } from 'node:crypto';
import { afterEach } from 'vitest';
import type { Access } from '../../src/core/access.ts';
import type { AuditEvent } from '../../src/core/audit.ts';
import type { Stores } from '../../src/core/blobs.ts';
import type { Attachment, Conversation, Fetcher, Message } from '../../src/core/conversation.ts';
import { createAnswer } from '../../src/core/conversation/create-answer.ts';
import { createConversation } from '../../src/core/conversation/create-conversation.ts';
import {
  CONVERSATION_LIMITS,
  type ConversationLimits,
} from '../../src/core/conversation/limits.ts';
import { NO_CASES, type ThreadCases } from '../../src/core/conversation/thread-cases.ts';
import type { Intake } from '../../src/core/intake/intake.ts';
import { DEMO_PROFILE } from '../../src/core/profile/demo.ts';
import type { ReplyEvent } from '../../src/core/reply.ts';
import { WetreadError } from '../../src/errors.ts';
import { createLogger } from '../../src/log.ts';
import { createMemoryStores } from '../../src/state/memory-stores.ts';
import { collect } from './collect.ts';
import type { ScriptedModel } from './scripted-model.ts';
import {
  createBlankAnnotator,
  createReader,
  createTestReading,
  filmNamed,
  type Answers,
} from './scripted-reader.ts';
import { NOTHING_BEFORE } from './no-text.ts';

export const REPORT = 'Provide a radiology report for this Chest X-Ray.';
export const ANSWERS: Answers = {
  [REPORT]: 'The lungs are clear. The heart size is normal.',
  'How is the heart?': 'The heart size is normal.',
  'How are the lungs?': 'The lungs are clear.',
};

/** The bytes of a file are its film's name; "odd …" is asked about, "bad …" refused. */
export const testIntake: Intake = {
  async take(bytes, { choose }) {
    const name = new TextDecoder().decode(bytes);
    const film = { ...filmNamed(name), png: bytes };
    if (name.startsWith('bad')) throw new WetreadError('not-a-picture');
    if (name.startsWith('odd') && choose !== 'read') {
      return {
        outcome: 'question',
        film,
        removed: [],
        before: NOTHING_BEFORE,
        event: {
          type: 'choices',
          private: false,
          question: 'This does not look like a chest film. Read it?',
          refused: true,
          options: [{ code: 'read', text: 'Read it' }],
          picture: null,
        },
      };
    }
    const notices = choose === 'read' ? [{ code: 'gate-overruled', text: 'You said so.' }] : [];
    return { outcome: 'accepted', film, notices, removed: [] };
  },
};

/** A film that is fetched by its name. */
export const film = (name: string): Attachment => ({
  reference: { name },
  fetch: async () => Promise.reject(new Error('it has a reference')),
});

/** A film that cannot be fetched again. */
export const upload = (name: string): Attachment => ({
  reference: undefined,
  fetch: async () => new TextEncoder().encode(name),
});

export const fetchByName: Fetcher = async ({ name }) => new TextEncoder().encode(name);

/** Who says everything in tests that do not say otherwise. */
export const AUTHOR = { author: 'a', standing: 'member' } as const;

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
  ...AUTHOR,
  direct: false,
  text,
  ask: undefined,
  about: undefined,
  attachments: films,
  addressed: true,
  choose: undefined,
  ...more,
});

/** A film without words is not waited with, unless a test is about that. */
export const TEST_LIMITS: ConversationLimits = {
  ...CONVERSATION_LIMITS,
  timings: { ...CONVERSATION_LIMITS.timings, joinMs: 0, lookAgainMs: 20 },
};

export const withTimings = (
  timings: Partial<ConversationLimits['timings']>,
): ConversationLimits => ({
  ...TEST_LIMITS,
  timings: { ...TEST_LIMITS.timings, ...timings },
});

export type OpenOptions = {
  readonly stores?: Stores;
  readonly alone?: boolean;
  readonly limits?: ConversationLimits;
  readonly now?: () => number;
  readonly intake?: Intake;
  readonly fetcher?: Fetcher;
  readonly access?: Access;
  readonly audited?: AuditEvent[];
  /** Teaching cases over the same stores. */
  readonly cases?: ThreadCases;
};

export const never = new AbortController().signal;
const opened: Conversation[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((conversation) => conversation.close(0)));
});

/** The conversation core with a scripted model, over memory unless other stores are given. */
export const open = async (
  model: ScriptedModel,
  {
    now = Date.now,
    stores = createMemoryStores({ now }),
    alone = true,
    limits = TEST_LIMITS,
    intake = testIntake,
    fetcher = fetchByName,
    access = { mayAsk: () => 'yes' },
    audited = [],
    cases = NO_CASES,
  }: OpenOptions = {},
): Promise<Conversation> => {
  const parts = {
    model,
    profile: DEMO_PROFILE,
    annotator: createBlankAnnotator(),
    logger: createLogger('silent'),
    now,
    id: randomUUID,
  };
  const conversation = await createConversation({
    ...parts,
    answer: createAnswer({
      ...parts,
      reading: createTestReading(model),
      retentionFilmsMs: limits.retention.filmsMs,
      cases,
    }),
    cases,
    stores,
    alone,
    intake,
    access,
    limits,
    fetchers: { test: fetcher },
    audit: { write: (event) => void audited.push(event) },
  });
  opened.push(conversation);
  return conversation;
};

export const take = async (conversation: Conversation, said: Message): Promise<string> => {
  const turn = await conversation.take(said);
  if (turn === undefined) throw new Error('the message was not answered');
  return turn;
};

export const eventsOf = (conversation: Conversation, turn: string): Promise<ReplyEvent[]> =>
  collect(conversation.events(turn, never));

/** Follows a turn to its end, and reports it delivered. */
export const deliver = async (conversation: Conversation, turn: string): Promise<ReplyEvent[]> => {
  const events = await eventsOf(conversation, turn);
  await conversation.delivered(turn);
  return events;
};

/** What an adapter does with a message, and what it heard. */
export const say = async (conversation: Conversation, said: Message): Promise<ReplyEvent[]> =>
  deliver(conversation, await take(conversation, said));

/** A conversation whose model has said one word and waits. */
export const openWaiting = async (options: OpenOptions = {}) => {
  let answering = (): void => {};
  const begun = new Promise<void>((resolve) => (answering = resolve));
  let events = 0;
  const model = createReader(ANSWERS, {
    pause: async () => {
      if ((events += 1) < 4) return;
      answering();
      await new Promise(() => {});
    },
  });
  const conversation = await open(model, options);
  const turn = await take(conversation, message('How is the heart?', [film('one')]));
  await begun;
  return { conversation, turn, model };
};
