import { createModelAlone } from '../../src/core/read/model-alone.ts';
import { randomUUID } from 'node:crypto';
import { afterEach } from 'vitest';
import type { AuditEvent } from '../../src/core/audit.ts';
import type { Stores } from '../../src/core/blobs.ts';
import type { Conversation, Message } from '../../src/core/conversation.ts';
import { DEMO_PROFILE } from '../../src/core/profile/demo.ts';
import { CASE_LIMITS } from '../../src/core/teaching/case-limits.ts';
import {
  createTeachingCases,
  type Teaching,
} from '../../src/core/teaching/create-teaching-cases.ts';
import type { ReplyEvent } from '../../src/core/reply.ts';
import type { CaseId, CaseView } from '../../src/core/teaching-case.ts';
import { createLogger } from '../../src/log.ts';
import { createMemoryStores } from '../../src/state/memory-stores.ts';
import { until } from './conversation-stage.ts';
import type { ScriptedModel } from './scripted-model.ts';
import {
  createBlankAnnotator,
  createReader,
  createTestReading,
  type Answers,
} from './scripted-reader.ts';
import { deliver, film, say, message, open, take, TEST_LIMITS } from './test-conversation.ts';

export const MINUTE_MS = 60_000;

/** A film with an effusion at the right base, which the model is sure of, and a nodule, which it is not. */
export const EFFUSION: Answers = {
  'Provide a radiology report for this Chest X-Ray.':
    'The heart size is normal. There is a right pleural effusion. There is a left nodule.',
  'Is there a pleural effusion?': 'Yes, there is a pleural effusion.',
  'Is there a nodule?': 'No, there is no nodule.',
  'Where is the right pleural effusion located in this Chest X-ray?':
    'The right pleural effusion is located at [0.10, 0.50, 0.40, 0.80].',
  'How is the heart?': 'The heart size is normal.',
};

/** What `EFFUSION` comes to: nobody may see any of it before the reveal. */
export const HIDDEN = /effusion|nodule|heart size|0\.10|0\.50/i;

export type TeachingStage = {
  readonly conversation: Conversation;
  readonly teaching: Teaching;
  readonly model: ScriptedModel;
  readonly stores: Stores;
  readonly annotator: ReturnType<typeof createBlankAnnotator>;
  readonly audited: readonly AuditEvent[];
};

export type TeachingOptions = {
  readonly model?: ScriptedModel;
  readonly stores?: Stores;
  readonly now?: () => number;
  readonly retentionMs?: number;
};

const opened: Teaching[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((teaching) => teaching.close()));
});

/** A conversation with teaching cases, over memory unless other stores are given. */
export const openTeaching = async ({
  model = createReader(EFFUSION),
  now = Date.now,
  stores = createMemoryStores({ now }),
  retentionMs = CASE_LIMITS.retentionMs,
}: TeachingOptions = {}): Promise<TeachingStage> => {
  const annotator = createBlankAnnotator();
  const audited: AuditEvent[] = [];
  const teaching = createTeachingCases({
    stores,
    reading: createTestReading(model),
    modelAlone: createModelAlone({ model }),
    annotator,
    model,
    profile: DEMO_PROFILE,
    access: { mayAsk: ({ standing }) => (standing === 'outsider' ? 'refused' : 'yes') },
    audit: { write: (event) => void audited.push(event) },
    logger: createLogger('silent'),
    now,
    id: randomUUID,
    limits: { retentionMs, lookMs: 20, readAgainMs: 1 },
  });
  opened.push(teaching);
  await teaching.start();
  const cases = teaching.threads;
  const conversation = await open(model, { stores, now, cases, limits: TEST_LIMITS });
  return { conversation, teaching, model, stores, annotator, audited };
};

export const quiz = (more: Partial<Message> = {}, openMs = 30 * MINUTE_MS): Message =>
  message('', [film('one')], { author: 'teacher', teaching: { kind: 'open', openMs }, ...more });

/** Opens a case with a film, and waits until the model has read it. */
export const openCase = async (
  stage: TeachingStage,
  more: Partial<Message> = {},
  openMs?: number,
): Promise<CaseView> => {
  const turn = await take(stage.conversation, quiz(more, openMs));
  await deliver(stage.conversation, turn);
  const view = await stage.teaching.cases.openedBy(turn);
  if (view === undefined) throw new Error('no case was opened');
  return view;
};

export const LEARNER = { author: 'learner', standing: 'member' } as const;
export const OTHER = { author: 'other', standing: 'member' } as const;
export const TEACHER = { author: 'teacher', standing: 'member' } as const;
export const MODERATOR = { author: 'mod', standing: 'moderator' } as const;

export const codeIn = (events: readonly ReplyEvent[]): string | undefined => {
  const last = events.at(-1);
  return last?.type === 'error' ? last.code : undefined;
};

/** The next reveal, taken as an adapter takes it. */
export const nextReveal = async ({
  conversation,
  teaching,
}: TeachingStage): Promise<ReplyEvent[]> => {
  const stop = new AbortController();
  for await (const due of teaching.cases.due('test', stop.signal)) {
    const events = await say(conversation, due);
    stop.abort();
    return events;
  }
  throw new Error('nothing was due');
};

/** Until the model has read the film of a case. */
export const hiddenReading = async (stage: TeachingStage, id: CaseId): Promise<void> =>
  until(async () => (await stage.stores.records.get('cases', `reading:${id}`)) !== undefined);
