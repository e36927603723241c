import { WetreadError } from '../../errors.ts';
import type { TurnId } from '../conversation.ts';
import type { Film } from '../film.ts';
import type { Journal } from './journal.ts';
import type { OpenTurn } from './open-turn.ts';
import type { TurnRecord } from './turn-record.ts';

export type TurnFilmOptions = {
  readonly journal: Journal;
  /** Turns that this process owns. */
  readonly open: ReadonlyMap<TurnId, OpenTurn>;
};

/**
 * The film that a turn is about, as intake left it. undefined: it has none, it is not known yet, or it is past its time.
 * Fails with `turn-unknown`.
 */
export const turnFilm = async (
  { journal, open }: TurnFilmOptions,
  id: TurnId,
): Promise<Pick<Film, 'sha256' | 'png'> | undefined> => {
  const state = await journal.state(id);
  if (state === undefined || state === 'forgotten') throw new WetreadError('turn-unknown');
  if (state === 'joined') {
    const joined = await journal.joined(id);
    if (joined === undefined) throw new WetreadError('turn-unknown');
    return turnFilm({ journal, open }, joined.joins);
  }
  const [{ films }, record] = await Promise.all([journal.progress(id), journal.turn(id)]);
  // Answered: what it was about comes first. Before, it is what the turn brought.
  const sha256 = films[0] ?? open.get(id)?.films.names.at(-1) ?? filmBrought(record);
  if (sha256 === undefined) return undefined;
  const png = await journal.blobs.get('films', sha256);
  return png === undefined ? undefined : { sha256, png };
};

const filmBrought = (record: TurnRecord | undefined): string | undefined =>
  record?.message.attachments.flatMap((film) => ('kept' in film ? [film.kept.sha256] : []))[0];
