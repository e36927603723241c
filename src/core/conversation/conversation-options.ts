import type { Logger } from '../../log.ts';
import type { Model } from '../../model/model.ts';
import type { Access } from '../access.ts';
import type { Audit } from '../audit.ts';
import type { Stores } from '../blobs.ts';
import type { Fetcher } from '../conversation.ts';
import type { Intake } from '../intake/intake.ts';
import type { Profile } from '../profile/profile.ts';
import type { Answer } from './answer.ts';
import type { ConversationLimits } from './limits.ts';
import type { ThreadCases } from './thread-cases.ts';

/** What a conversation is made of; everything it depends on is handed to it. */
export type ConversationOptions = {
  readonly stores: Stores;
  /** No other process can be at these stores (memory, the embedded ones): whatever is found there was left by a dead one. */
  readonly alone: boolean;
  readonly answer: Answer;
  readonly intake: Intake;
  readonly model: Model;
  readonly profile: Profile;
  /** By platform: every platform whose turns this process answers. */
  readonly fetchers: Readonly<Record<string, Fetcher>>;
  readonly access: Access;
  readonly audit: Audit;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A fresh id that nobody else has. */
  readonly id: () => string;
  readonly limits: ConversationLimits;
  /** What is forgotten with threads and turns; undefined: there are none. */
  readonly cases?: Pick<ThreadCases, 'forgetThread' | 'forgetTurns'>;
};
