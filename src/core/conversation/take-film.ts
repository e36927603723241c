import type { Attachment } from '../conversation.ts';
import type { Intake, IntakeResult } from '../intake/intake.ts';
import type { Choice } from '../reply.ts';

/** The film of a message that was sent with one. */
export type TakenFilm = {
  readonly result: IntakeResult;
  /** Which of the message's films, from 1. */
  readonly number: number;
};

/**
 * The first film of a message that intake accepts. If it accepts none, the first that it asks about; if there is no
 * such either, fails as the first one failed.
 */
export const takeFilm = async (
  intake: Intake,
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
      const taken = { result: await intake.take(bytes, { choose }), number: index + 1 };
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
