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
import type { ModelAlone, Reading } from '../core/reading.ts';
import { createModelAlone } from '../core/read/model-alone.ts';
import { createReading } from '../core/read/create-reading.ts';
import { CASE_LIMITS } from '../core/teaching/case-limits.ts';
import { createTeachingCases } from '../core/teaching/create-teaching-cases.ts';
import type { TeachingCases } from '../core/teaching-case.ts';
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
  /** How the films of each platform that is answered with this model are fetched; others' turns wait in the journal. */
  readonly fetchers: (model: Pick<Queue, 'demo'>) => Readonly<Record<string, Fetcher>>;
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
  readonly cases: TeachingCases;
  readonly model: Queue;
  /** For programs that keep their conversations themselves. */
  readonly reading: Reading;
  readonly alone: ModelAlone;
  readonly intake: Intake;
  /** Drops what cases have left that are past their time. */
  sweep(): Promise<void>;
  /** Takes nothing new, gives running turns `graceMs`, waits for `others` that use the model, and frees it. */
  close(graceMs: number, others?: () => Promise<void>): Promise<void>;
};

/** Puts the parts together: model, queue, profile, drawing, reading, intake, teaching cases, conversation. */
export const openConversation = async (options: OpenOptions): Promise<Opened> => {
  const { config, stores, alone, audit, fetchers, logger, onFilm } = options;
  const { filmsMs, turnsMs, feedbackMs, casesMs } = config.retention;
  const model = await openModel(options);
  const names = [model.name, ...checkpointNames(config)];
  const profile = chooseProfile(config.model.profile, { names, demo: model.demo });
  const annotator = createAnnotator({ font: fontFile() });
  const parts = { model, profile, annotator, logger, now: Date.now, id: randomUUID };
  const reading = createReading(parts);
  const gate = createChestGate(await readGateWeights());
  const textGate = createTextGate({ threads: textThreads(), logger });
  const intake = createIntake({ gate, textGate, textPolicy: config.burnedInText });
  const access = createAccess({ ...config.access, openPlatforms: OPEN_PLATFORMS });
  const limits = { ...CASE_LIMITS, retentionMs: casesMs };
  const modelAlone = createModelAlone(parts);
  const teaching = createTeachingCases({
    ...parts,
    stores,
    reading,
    modelAlone,
    access,
    audit,
    limits,
  });
  const cases = teaching.threads;
  const conversation = await createConversation({
    ...parts,
    stores,
    alone,
    cases,
    answer: createAnswer({ ...parts, reading, retentionFilmsMs: filmsMs, cases }),
    intake: onFilm === undefined ? intake : watched(intake, onFilm),
    fetchers: fetchers(model),
    access,
    audit,
    limits: {
      retention: { filmsMs, turnsMs, feedbackMs },
      timings: { ...CONVERSATION_LIMITS.timings, joinMs: config.filmWaitMs },
    },
  });
  await teaching.start();
  return {
    conversation,
    cases: teaching.cases,
    model,
    reading: teaching.reading,
    alone: teaching.modelAlone,
    intake,
    sweep: () => teaching.sweep(),
    close: async (graceMs, others) => {
      await Promise.all([conversation.close(graceMs), others?.()]);
      await teaching.close();
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
