import type { Feedback, TurnId } from '../conversation.ts';
import type { Box } from '../film.ts';

/**
 * What somebody said of a reply (namespace `feedback`, by turn, author and box, so that a later judgement of
 * the same person takes the place of an earlier one). No words; the film is named by its pixels alone.
 */
export type FeedbackRecord = {
  readonly turn: TurnId;
  readonly platform: string;
  /** The platform's id of who said it. */
  readonly author: string;
  readonly feedback: Feedback;
  /** Where the box that it is about was drawn, in 0..1 of the film; undefined: it is about the whole reply. */
  readonly box: Box | undefined;
  /** The film's sha256; undefined: the reply was about none. */
  readonly film: string | undefined;
  readonly model: string;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
};
