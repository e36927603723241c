import type { Usage } from '../model/model.ts';
import type { NumberedBox } from './film.ts';

/** Something a reply says beside the answer. `code` is stable; `text` is one sentence for the user. */
export type Notice = { readonly code: string; readonly text: string };

/**
 * `code` is what comes back in `choose`. `masked…`: a person has seen the masked film and finds nothing of a patient in
 * it, together with the answer to what else was asked about the film. `film-2`: of several films, the one with this
 * number in its thread. `leave`: let it be; it answers every question and is an option of none.
 */
export type Choice = {
  readonly code: IntakeChoice | 'leave' | `film-${number}`;
  readonly text: string;
};

/** What intake may ask for, of one film. */
export const INTAKE_CHOICES = [
  'read',
  'turn',
  'as-is',
  'masked',
  'masked-read',
  'masked-turn',
  'masked-as-is',
] as const;
type IntakeChoice = (typeof INTAKE_CHOICES)[number];

export type Picture = {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly altText: string;
};

/** One question and answer exactly as the model was asked and wrote; what its history is made of. */
export type Exchange = {
  readonly question: string;
  readonly answer: string;
  /**
   * The presence gate answered "Where is X?" with "not reported": such an exchange says what "it" is in a later
   * question, and is never shown to the model.
   */
  readonly gate: boolean;
};

/** A whole reply, as stored and as programs get it. */
export type Reply = {
  /** What was asked, in the user's words or the task's. */
  readonly question: string;
  /** "(1)" stands where the model wrote coordinates. */
  readonly text: string;
  /** The model's own text, coordinates and all; of a grounded report, the report's. */
  readonly raw: string;
  readonly boxes: readonly NumberedBox[];
  readonly notices: readonly Notice[];
  /** The film with the boxes and the notice strip; null when there is nothing to draw. */
  readonly annotated: Picture | null;
  /** To be added to the history; null when the model was not asked (help, refusals). */
  readonly exchange: Exchange | null;
  /** Of every call the reply made. */
  readonly usage: Usage;
  /** `stopped`: by the user; what was said so far is kept. */
  readonly finishReason: 'stop' | 'length' | 'stopped';
};

/** What the reply is waiting for, so that a status can be a phase, a place and a share. */
export type Status =
  | { readonly phase: 'queued'; readonly place: number }
  /** `leftMs`: what the rest will take, as far as can be told. */
  | {
      readonly phase: 'reading';
      readonly done: number;
      readonly total: number;
      readonly leftMs?: number | undefined;
    }
  | { readonly phase: 'answering' }
  /** Presence and place questions of a grounded report that are still to be asked. */
  | { readonly phase: 'checking'; readonly left: number }
  | { readonly phase: 'drawing' };

/**
 * Order: notices that must come first (the demo's, "outside what the model was taught"), then status and
 * text-delta as they come, then image, then other notices, then exactly one of end, choices or error, and nothing after it.
 */
export type ReplyEvent =
  | ({ readonly type: 'status' } & Status)
  | { readonly type: 'text-delta'; readonly text: string }
  | ({ readonly type: 'image' } & Picture)
  | ({ readonly type: 'notice' } & Notice)
  /**
   * The reply is a question. `picture` shows what is asked about (a turned film, say). `refused`: nothing will happen
   * unless one is chosen. `private`: words and picture are for whoever sent the film alone, and nobody else may answer;
   * where others read along, only that something is asked may be seen, and the sender is told as well that the upload
   * itself still shows what was masked, and how to delete it. What cannot be shown to one person is not shown.
   */
  | {
      readonly type: 'choices';
      readonly private: boolean;
      readonly question: string;
      readonly refused: boolean;
      readonly options: readonly Choice[];
      readonly picture: Picture | null;
    }
  | { readonly type: 'end'; readonly reply: Reply }
  /** `code` and `message` from the one table of errors; never an exception's own words. */
  | {
      readonly type: 'error';
      readonly code: string;
      readonly message: string;
      readonly retryable: boolean;
    };
