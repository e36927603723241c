import type { Attachment } from '../conversation.ts';
import type { Film } from '../film.ts';
import type { Choice, Notice, Picture } from '../reply.ts';

/** What intake makes of a picture: the film, or a question about it. */
export type IntakeResult =
  | {
      readonly outcome: 'accepted';
      readonly film: Film;
      /** Repeated in every reply about this film. */
      readonly notices: readonly Notice[];
    }
  | {
      readonly outcome: 'question';
      readonly event: {
        readonly question: string;
        readonly refused: boolean;
        readonly options: readonly Choice[];
        readonly picture: Picture | null;
      };
    };

export interface FilmIntake {
  /** Fails with a `WetreadError` that says what is wrong with the picture. */
  take(
    bytes: Uint8Array,
    options: { readonly choose: Choice['code'] | undefined },
  ): Promise<IntakeResult>;
}

/** The film of a message that was sent with one. */
export type TakenFilm = {
  readonly result: IntakeResult;
  /** As sent: what an answer to the question is about. */
  readonly bytes: Uint8Array;
  /** Which of the message's films, from 1. */
  readonly number: number;
};

/**
 * The first film of a message that intake accepts. If it accepts none, the first that it asks about; if there is no
 * such either, fails as the first one failed.
 */
export const takeFilm = async (
  intake: FilmIntake,
  attachments: readonly Attachment[],
  choose: Choice['code'] | undefined,
  signal: AbortSignal,
): Promise<TakenFilm> => {
  let asked: TakenFilm | undefined;
  const failures: unknown[] = [];
  for (const [index, attachment] of attachments.entries()) {
    signal.throwIfAborted();
    try {
      const bytes = await attachment.fetch(signal);
      const taken = { result: await intake.take(bytes, { choose }), bytes, number: index + 1 };
      if (taken.result.outcome === 'accepted') return taken;
      asked ??= taken;
    } catch (error) {
      failures.push(error);
    }
  }
  signal.throwIfAborted();
  if (asked !== undefined) return asked;
  throw failures[0];
};
