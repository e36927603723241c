import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { Config } from '../config.ts';
import type { Conversation } from '../core/conversation.ts';
import { createConversation } from '../core/conversation/create-conversation.ts';
import { createAnnotator } from '../core/drawing/create-annotator.ts';
import type { Film } from '../core/film.ts';
import { createChestGate } from '../core/gate/chest-gate.ts';
import { readGateWeights } from '../core/gate/weights.ts';
import { createIntake, type Intake } from '../core/intake/intake.ts';
import { chooseProfile } from '../core/profile/choose-profile.ts';
import { createReading } from '../core/read/create-reading.ts';
import type { Logger } from '../log.ts';
import type { Model } from '../model/model.ts';
import { fontFile, openModel } from './open-model.ts';

export type OpenOptions = {
  readonly config: Config;
  readonly logger: Logger;
  readonly onConverting: (doneBytes: number, totalBytes: number) => void;
  /** Told of every film that intake has looked at and not refused. */
  readonly onFilm?: (film: Film) => void;
  readonly signal: AbortSignal;
};

/** The one conversation over the one model. */
export type Opened = {
  readonly conversation: Conversation;
  readonly model: Model;
  /** Takes nothing new, gives running turns `graceMs`, and frees the model. */
  close(graceMs: number): Promise<void>;
};

/** Puts the parts together: model, queue, profile, drawing, reading, intake, conversation. */
export const openConversation = async (options: OpenOptions): Promise<Opened> => {
  const { config, logger, onFilm } = options;
  const model = await openModel(options);
  const names = [model.name, ...checkpointNames(config)];
  const profile = chooseProfile(config.model.profile, { names, demo: model.demo });
  const annotator = createAnnotator({ font: fontFile() });
  const reading = createReading({ model, profile, annotator, logger, id: randomUUID });
  const intake = createIntake({ gate: createChestGate(await readGateWeights()) });
  const conversation = createConversation({
    reading,
    intake: onFilm === undefined ? intake : watched(intake, onFilm),
    model,
    profile,
    logger,
    now: Date.now,
    id: randomUUID,
  });
  return {
    conversation,
    model,
    close: async (graceMs) => {
      await conversation.close(graceMs);
      await model.close();
    },
  };
};

/** MODEL_NAME may call a local checkpoint anything; its folder's name still tells what it was taught. */
const checkpointNames = ({ model: { url, directory } }: Config): readonly string[] =>
  url === undefined ? [basename(directory)] : [];

const watched = (intake: Intake, onFilm: (film: Film) => void): Intake => ({
  take: async (bytes, options) => {
    const result = await intake.take(bytes, options);
    onFilm(result.film);
    return result;
  },
});
