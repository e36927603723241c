import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import type { Config } from '../config.ts';
import { createAccess } from '../core/access.ts';
import type { Audit } from '../core/audit.ts';
import type { Stores } from '../core/blobs.ts';
import type { Conversation, Fetcher } from '../core/conversation.ts';
import { createAnswer } from '../core/conversation/create-answer.ts';
import { createConversation } from '../core/conversation/create-conversation.ts';
import { CONVERSATION_LIMITS } from '../core/conversation/limits.ts';
import { createAnnotator } from '../core/drawing/create-annotator.ts';
import type { Film } from '../core/film.ts';
import { createChestGate } from '../core/gate/chest-gate.ts';
import { readGateWeights } from '../core/gate/weights.ts';
import { createIntake, type Intake, type IntakeResult } from '../core/intake/intake.ts';
import { chooseProfile } from '../core/profile/choose-profile.ts';
import { createReading } from '../core/read/create-reading.ts';
import { createTextGate } from '../core/text-gate/create-text-gate.ts';
import type { Logger } from '../log.ts';
import type { Queue } from '../model/queue.ts';
import { fontFile, openModel } from './open-model.ts';

/** Ways in with doors of their own: the page listens on loopback, the command line is the machine itself. */
const OPEN_PLATFORMS = ['web', 'cli'];

export type OpenOptions = {
  readonly config: Config;
  readonly stores: Stores;
  /** No other process can be at the stores, so what an earlier one has left is taken up at once. */
  readonly alone: boolean;
  readonly audit: Audit;
  /** How each platform's films are fetched. */
  readonly fetchers: Readonly<Record<string, Fetcher>>;
  readonly logger: Logger;
  readonly onConverting: (doneBytes: number, totalBytes: number) => void;
  /** Told of every film that intake has looked at and not refused. */
  readonly onFilm?: (film: TakenFilm) => void;
  readonly signal: AbortSignal;
};

/** With the kinds of things that were in its file beside its pixels. */
export type TakenFilm = Film & Pick<IntakeResult, 'removed'>;

/** The one conversation over the one model. */
export type Opened = {
  readonly conversation: Conversation;
  readonly model: Queue;
  /** Takes nothing new, gives running turns `graceMs`, and frees the model. */
  close(graceMs: number): Promise<void>;
};

/** Puts the parts together: model, queue, profile, drawing, reading, intake, conversation. */
export const openConversation = async (options: OpenOptions): Promise<Opened> => {
  const { config, stores, alone, audit, fetchers, logger, onFilm } = options;
  const { filmsMs, turnsMs, feedbackMs } = config.retention;
  const model = await openModel(options);
  const names = [model.name, ...checkpointNames(config)];
  const profile = chooseProfile(config.model.profile, { names, demo: model.demo });
  const annotator = createAnnotator({ font: fontFile() });
  const parts = { model, profile, annotator, logger, now: Date.now, id: randomUUID };
  const reading = createReading(parts);
  const gate = createChestGate(await readGateWeights());
  const textGate = createTextGate({ threads: textThreads(), logger });
  const intake = createIntake({ gate, textGate, textPolicy: config.burnedInText });
  const conversation = await createConversation({
    ...parts,
    stores,
    alone,
    answer: createAnswer({ ...parts, reading, retentionFilmsMs: filmsMs }),
    intake: onFilm === undefined ? intake : watched(intake, onFilm),
    fetchers,
    access: createAccess({ ...config.access, openPlatforms: OPEN_PLATFORMS }),
    audit,
    limits: {
      retention: { filmsMs, turnsMs, feedbackMs },
      timings: { ...CONVERSATION_LIMITS.timings, joinMs: config.filmWaitMs },
    },
  });
  return {
    conversation,
    model,
    close: async (graceMs) => {
      await conversation.close(graceMs);
      await Promise.all([textGate.close(), model.close()]);
    },
  };
};

/** More than four threads make the search of a film no faster. */
export const textThreads = (): number => Math.min(4, availableParallelism());

/** MODEL_NAME may call a local checkpoint anything; its folder's name still tells what it was taught. */
const checkpointNames = ({ model: { url, directory } }: Config): readonly string[] =>
  url === undefined ? [basename(directory)] : [];

const watched = (intake: Intake, onFilm: (film: TakenFilm) => void): Intake => ({
  take: async (bytes, options) => {
    const result = await intake.take(bytes, options);
    onFilm({ ...result.film, removed: result.removed });
    return result;
  },
});
