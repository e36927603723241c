import { WetreadError, type ErrorCode } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Attachment, Fetcher, Message } from '../conversation.ts';
import type { Film } from '../film.ts';
import type { Intake, IntakeResult } from '../intake/intake.ts';
import type { Choice } from '../reply.ts';
import { fetchFilm } from './fetch-film.ts';
import type { Journal } from './journal.ts';
import { persist, persistBriefly } from './persist.ts';
import { threadKeyOf } from './thread-key.ts';
import type { AskedFilm, JournalledAttachment, KeptFilm, TurnRecord } from './turn-record.ts';

export type FilmParts = {
  readonly journal: Journal;
  readonly intake: Intake;
  readonly fetchers: Readonly<Record<string, Fetcher>>;
  readonly fetchMs: number;
  readonly logger: Logger;
};

/** What intake made of an attachment, without the pixels: those are among the blobs, so that waiting turns stay small. */
type Taken = { readonly kept: KeptFilm; readonly result: WithoutFilm<IntakeResult> };
type WithoutFilm<Result> = Result extends { readonly film: Film } ? Omit<Result, 'film'> : never;

/** The films of one turn: fetched as soon as the turn is taken, each taken in once, and kept for its thread. */
export class TurnFilms {
  readonly #parts: FilmParts;
  readonly #turn: Pick<TurnRecord, 'threadKey' | 'message'>;
  readonly #signal: AbortSignal;
  readonly #taken = new Map<number, Promise<Taken>>();
  readonly #names = new Set<string>();
  readonly #keeping = new Set<Promise<void>>();

  constructor(
    parts: FilmParts,
    turn: Pick<TurnRecord, 'threadKey' | 'message'>,
    signal: AbortSignal,
  ) {
    this.#parts = parts;
    this.#turn = turn;
    this.#signal = signal;
  }

  /** Of the films that were kept on this turn's behalf. */
  get names(): readonly string[] {
    return [...this.#names];
  }

  /** Resolves when nothing is being written; after an abort nothing more is. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#keeping);
  }

  /** Begins to fetch them all, as links expire. `onFilm` is told of each that intake accepts. */
  fetchAhead(onFilm: (film: Film) => void): void {
    for (const index of this.#turn.message.attachments.keys()) {
      // Whoever takes the film hears what is wrong with it.
      this.#begin(index, onFilm).catch(() => {});
    }
  }

  async take(index: number): Promise<IntakeResult> {
    const { result, kept } = await (this.#taken.get(index) ?? this.#begin(index));
    const film = (await this.film(kept)) ?? (await this.film((await this.#begin(index)).kept));
    if (film === undefined) throw new WetreadError('film-unavailable');
    return { ...result, film };
  }

  async retake(asked: AskedFilm, choose: Choice['code']): Promise<IntakeResult | undefined> {
    const film = await this.film(asked);
    if (film === undefined) return undefined;
    const { before } = asked;
    const result = await this.#parts.intake.take(film.png, { choose, before });
    await this.#keep(result.film);
    return result;
  }

  film(kept: KeptFilm): Promise<Film | undefined> {
    const { journal, logger } = this.#parts;
    return persist(() => journal.film(kept), this.#signal, logger);
  }

  #begin(index: number, onFilm: (film: Film) => void = () => {}): Promise<Taken> {
    const taken = this.#takeIn(index, onFilm);
    this.#taken.set(index, taken);
    return taken;
  }

  async #takeIn(index: number, onFilm: (film: Film) => void): Promise<Taken> {
    const attachment = this.#turn.message.attachments[index];
    if (attachment === undefined) throw new WetreadError('film-unavailable');
    const { film, ...result } = await this.#resultOf(attachment);
    await this.#keep(film);
    if (result.outcome === 'accepted') onFilm(film);
    return { kept: keptOf(film), result };
  }

  async #resultOf(attachment: JournalledAttachment): Promise<IntakeResult> {
    const { intake } = this.#parts;
    const { choose } = this.#turn.message;
    if ('failed' in attachment) throw failureOf(attachment);
    if ('reference' in attachment)
      return intake.take(await this.#fetch(attachment.reference), { choose });
    const film = await this.film(attachment.kept);
    if (film === undefined) throw new WetreadError('film-expired');
    if (attachment.notices === null)
      return intake.take(film.png, { choose, before: attachment.before });
    return { outcome: 'accepted', film, notices: attachment.notices, removed: [] };
  }

  #fetch(reference: NonNullable<Attachment['reference']>): Promise<Uint8Array> {
    const { fetchers, fetchMs } = this.#parts;
    const fetcher = fetchers[this.#turn.message.platform];
    if (fetcher === undefined) throw new WetreadError('film-unavailable');
    return fetchFilm((signal) => fetcher(reference, signal), fetchMs, this.#signal);
  }

  async #keep(film: Film): Promise<void> {
    this.#signal.throwIfAborted();
    this.#names.add(film.sha256);
    const kept = persistBriefly(() => this.#parts.journal.keepFilm(this.#turn.threadKey, film));
    this.#keeping.add(kept);
    await kept.finally(() => this.#keeping.delete(kept));
  }
}

/**
 * An attachment as it is journalled. One that cannot be fetched again passes intake first, and its film is kept; what
 * is wrong with it is said in the reply. Fails as the stores fail.
 */
export const journalAttachment = async (
  { journal, intake, fetchMs }: FilmParts,
  message: Message,
  attachment: Attachment,
  signal: AbortSignal,
): Promise<JournalledAttachment> => {
  if (attachment.reference !== undefined) return { reference: attachment.reference };
  let result: IntakeResult;
  try {
    const bytes = await fetchFilm((ending) => attachment.fetch(ending), fetchMs, signal);
    result = await intake.take(bytes, { choose: message.choose });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof WetreadError)) throw error;
    return { failed: error.code, facts: error.facts as Record<string, string | number> };
  }
  await persistBriefly(() => journal.keepFilm(threadKeyOf(message), result.film));
  const kept = keptOf(result.film);
  return result.outcome === 'accepted'
    ? { kept, notices: result.notices }
    : { kept, notices: null, before: result.before };
};

const keptOf = ({ sha256, width, height, channels }: Film): KeptFilm => ({
  sha256,
  width,
  height,
  channels,
});

const failureOf = ({ failed, facts }: Extract<JournalledAttachment, { failed: unknown }>) =>
  new (WetreadError as new (code: ErrorCode, facts: object) => WetreadError)(failed, facts);
