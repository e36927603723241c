import type { ErrorCode } from '../../errors.ts';
import type { KeptFilm } from '../conversation/turn-record.ts';
import type { Message, Place, TurnId } from '../conversation.ts';
import type { NumberedBox } from '../film.ts';
import type { Notice } from '../reply.ts';
import type { CaseAnswer, CaseId } from '../teaching-case.ts';
import type { CaseGeometry } from './case-geometry.ts';
import type { CaseKey } from './case-key.ts';

/** Where a case stands; kept by `Claims.advance` under `case:ID`. The number of a reveal counts its tries. */
export type CaseState = 'open' | `revealing:${number}` | 'revealed' | 'forgotten';

/** Written once, when the case is opened (namespace `cases`, `case:ID`). Its film is among the blobs, shelf `cases`. */
export type CaseRecord = Place & {
  readonly id: CaseId;
  /** The turn that opened it. */
  readonly turn: TurnId;
  readonly threadKey: string;
  readonly openedBy: string;
  readonly standing: Message['standing'];
  readonly direct: boolean;
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  readonly revealAt: number;
  readonly film: KeptFilm;
  /** What intake says about the film. */
  readonly notices: readonly Notice[];
};

/** What the model made of the film, hidden until the reveal (`reading:ID`). */
export type StoredReading =
  | {
      readonly outcome: 'read';
      readonly text: string;
      readonly boxes: readonly NumberedBox[];
      readonly notices: readonly Notice[];
      readonly key: CaseKey;
      readonly geometry: CaseGeometry;
    }
  | { readonly outcome: 'failed'; readonly code: ErrorCode };

/** The key as a person confirmed or wrote it (`key:ID`). */
export type StoredKey = {
  readonly key: CaseKey;
  /** `confirmed`: the model's reading as it was. */
  readonly origin: 'confirmed' | 'written';
  readonly by: string;
  readonly at: number;
};

/** A learner's last answer (`answer:ID AUTHOR`). */
export type StoredAnswer = {
  readonly answer: CaseAnswer;
  /** Milliseconds since the epoch; a later one is never replaced by an earlier one that is told late. */
  readonly at: number;
  /** The turn that said it, where it was typed. */
  readonly turn: TurnId | undefined;
  /** Hints that had been taken by then. */
  readonly hints: number;
};
