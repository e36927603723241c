import { randomUUID } from 'node:crypto';
import type { Stores } from '../../src/core/blobs.ts';
import type { Conversation, Fetcher } from '../../src/core/conversation.ts';
import { createAnswer } from '../../src/core/conversation/create-answer.ts';
import { createConversation } from '../../src/core/conversation/create-conversation.ts';
import type { ConversationLimits } from '../../src/core/conversation/limits.ts';
import { NO_PROFILE } from '../../src/core/profile/none.ts';
import type { Profile } from '../../src/core/profile/profile.ts';
import { createReading } from '../../src/core/read/create-reading.ts';
import type { Logger } from '../../src/log.ts';
import type { Model } from '../../src/model/model.ts';
import { createBlankAnnotator } from '../../test/support/scripted-reader.ts';
import { createSoakIntake } from './soak-intake.ts';

export type ScriptedOptions = {
  readonly stores: Stores;
  /** No other process can be at the stores. */
  readonly alone: boolean;
  readonly model: Model;
  readonly fetchers: Readonly<Record<string, Fetcher>>;
  readonly limits: ConversationLimits;
  readonly logger: Logger;
};

/** A model that is asked in plain words, and whose boxes are drawn. */
const PROFILE: Profile = { ...NO_PROFILE, boxScale: 1 };

/** The whole conversation core, with nothing scripted but the model, intake and the drawing. */
export const openScripted = async (options: ScriptedOptions): Promise<Conversation> => {
  const { model, logger, limits } = options;
  const annotator = createBlankAnnotator();
  const parts = { model, profile: PROFILE, annotator, logger, id: randomUUID, now: Date.now };
  const reading = createReading(parts);
  const retentionFilmsMs = limits.retention.filmsMs;
  return createConversation({
    ...options,
    ...parts,
    answer: createAnswer({ ...parts, reading, retentionFilmsMs }),
    intake: createSoakIntake(),
    access: { mayAsk: () => 'yes' },
    audit: { write: () => undefined },
  });
};
