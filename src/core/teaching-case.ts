import type { Message, Place, TurnId } from './conversation.ts';
import type { Picture } from './reply.ts';

/** 16 hexadecimal figures, made of the turn that opened it. */
export type CaseId = string;

/** Who does something to a case, as the platform says at that moment. */
export type Person = Pick<Message, 'author' | 'standing'>;

/** Thirds of the lungs' height; of the film's, where the model did not find both lungs. */
export type Zone = 'upper' | 'middle' | 'lower';

/** What a learner says. Sides are the patient's. */
export type CaseAnswer =
  | { readonly kind: 'normal' }
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'region'; readonly side: 'right' | 'left' | 'both'; readonly zone: Zone }
  /** Cells of the 4 x 4 grid, 0 to 15, row by row from the picture's top left; at least one. */
  | { readonly kind: 'cells'; readonly cells: readonly number[] };

/** What anybody may be shown of a case: nothing of the reading or the key. */
export type CaseView = Place & {
  readonly id: CaseId;
  /** Who opened it. */
  readonly openedBy: string;
  /** Milliseconds since the epoch: when it is revealed at the latest. */
  readonly revealAt: number;
  /** `revealing`: no answer counts any more, and the reveal is on its way. */
  readonly state: 'open' | 'revealing' | 'revealed';
  /** Learners who have answered. */
  readonly answers: number;
  /** A moderator keeps it: no time to live takes it. */
  readonly kept: boolean;
};

/** One learner's own side of a case, for that learner alone. */
export type OwnAnswer = {
  /** The last one, which counts. */
  readonly answer: CaseAnswer | undefined;
  /** The name that stands beside the marks at the reveal; undefined: a letter alone. */
  readonly name: string | undefined;
  readonly hints: number;
  /** What stands for the learner at the reveal; undefined until there is an answer. */
  readonly letter: string | undefined;
};

export type Hint = {
  /** 1: is it normal; 2: which side; 3: which zone. */
  readonly step: 1 | 2 | 3;
  readonly text: string;
  /** Hints that are still to be had. */
  readonly left: number;
};

/** What a moderator is shown before the reveal. */
export type HiddenReading = {
  /** `pending`: the model has not read the film yet; `failed`: it could not, and only a person can write a key. */
  readonly reading: 'pending' | 'failed' | 'there';
  /** The model's words, "(1)" where it wrote coordinates; '' until they are there. */
  readonly text: string;
  /**
   * The key as a moderator writes it, one finding a line: `right pleural effusion: 0.12 0.55 0.40 0.86` (left, top,
   * right, bottom in 0..1 of the film), `right pleural effusion: C1 D1` (cells), or a name alone; `normal` alone.
   */
  readonly keyText: string;
  /** A person confirmed or wrote the key: marks are given. Otherwise the reveal shows agreement with the model. */
  readonly confirmed: boolean;
};

/**
 * Teaching cases: films whose reading is computed and kept hidden until the learners have tried.
 *
 * A case is opened by a message with `teaching: { kind: 'open' }` that goes through `Conversation.take` like any other,
 * with its film, or `about` a reply whose film it is to be; its reply is the case's own post (`openedBy` tells it from
 * others). Until the reveal its thread asks the model nothing, and its film is read for nobody but moderators, on any
 * platform. `Conversation.forget`, a typed "forget" and `Conversation.deleted` delete cases with their marks.
 *
 * Everything here fails with a `WetreadError`: `case-unknown`, `not-allowed`, and as the stores fail.
 */
export interface TeachingCases {
  /** The case that this turn opened. */
  openedBy(turn: TurnId): Promise<CaseView | undefined>;
  find(id: CaseId): Promise<CaseView | undefined>;

  /**
   * Takes an answer; the learner's last one counts. Fails with `case-closed`, `case-seen` (who has seen the key is not
   * marked), `case-answer`, `question-too-long`.
   */
  answer(id: CaseId, by: Person, answer: CaseAnswer): Promise<void>;
  /** What this learner has answered so far. */
  own(id: CaseId, by: Person): Promise<OwnAnswer>;
  /** The name that the learner wants to stand at the reveal; undefined: none, which is what holds until then. */
  showName(id: CaseId, by: Person, name: string | undefined): Promise<void>;
  /** The next hint of three, for this learner alone; the third again afterwards. Fails with `case-closed`, `case-no-hint`. */
  hint(id: CaseId, by: Person): Promise<Hint>;

  /** Moderators alone; fails with `case-moderators`. Whoever has seen it cannot answer any more. */
  hidden(id: CaseId, by: Person): Promise<HiddenReading>;
  /** As `hidden`: the film with what the key holds so far drawn on it; undefined until there is something. */
  hiddenPicture(id: CaseId, by: Person): Promise<Picture | undefined>;
  /** A moderator confirms the reading as the key, as `keyText` writes it. Fails as `correct`, and with `case-no-reading`. */
  confirm(id: CaseId, by: Person): Promise<void>;
  /** A moderator writes the key. Fails with `case-moderators`, `case-closed`, `case-key` (with the line that cannot be read). */
  correct(id: CaseId, by: Person, keyText: string): Promise<void>;
  /** A moderator keeps the case, or lets its time run again. Fails with `case-moderators`. */
  keep(id: CaseId, by: Person, kept: boolean): Promise<void>;

  /** Closes the case; `due` then has its reveal. By who opened it or a moderator; fails with `not-yours`, `case-closed`. */
  reveal(id: CaseId, by: Person): Promise<void>;
  /**
   * The reveals that are due on a platform: at their time, which outlives restarts, or on request. Each is a message to be
   * taken and its turn delivered like any other's; one that was taken already is the same turn. Goes on until `signal`
   * aborts. One caller a platform.
   */
  due(platform: string, signal: AbortSignal): AsyncIterable<Message>;
}
