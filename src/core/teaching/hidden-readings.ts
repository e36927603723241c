import { setTimeout as sleep } from 'node:timers/promises';
import { ERRORS, toWetreadError, WetreadError, type ErrorCode } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Model } from '../../model/model.ts';
import { askerOf } from '../conversation/asker.ts';
import type { Box, Film } from '../film.ts';
import type { Lexicon } from '../profile/lexicon.ts';
import type { Ask, Reading } from '../reading.ts';
import type { Reply } from '../reply.ts';
import type { CaseId } from '../teaching-case.ts';
import { geometryOf } from './case-geometry.ts';
import type { CaseJournal } from './case-journal.ts';
import { keyOfReading } from './case-key.ts';
import type { CaseRecord, StoredReading } from './case-record.ts';
import { forgetPrefix } from './forget-prefix.ts';

export type HiddenReadingsOptions = {
  readonly journal: CaseJournal;
  readonly reading: Reading;
  readonly lexicon: Lexicon;
  readonly model: Pick<Model, 'forget'>;
  readonly logger: Logger;
  readonly readAgainMs: number;
  readonly id: () => string;
};

/** A model that is busy or away may be back; after so many tries a person has to write the key. */
const MOST_TRIES = 5;

/**
 * The readings of open cases. No turn of the conversation: there is nothing that anybody could listen to, and what comes
 * of it is in the case alone.
 */
export class HiddenReadings {
  readonly #options: HiddenReadingsOptions;
  readonly #running = new Map<CaseId, Promise<StoredReading>>();
  readonly #closing = new AbortController();

  constructor(options: HiddenReadingsOptions) {
    this.#options = options;
  }

  /** Begins it, for whoever does not wait. Never fails. */
  begin(record: CaseRecord): void {
    this.find(record).catch((error: unknown) => {
      if (!this.#closing.signal.aborted && !isForgotten(error))
        this.#options.logger.error({ error }, 'the hidden reading of a teaching case was not kept');
    });
  }

  /** As it is kept, or once the model has read the film. Fails as the stores fail, and when this process ends. */
  async find(record: CaseRecord): Promise<StoredReading> {
    const running = this.#running.get(record.id);
    if (running !== undefined) return running;
    const read = this.#find(record).finally(() => this.#running.delete(record.id));
    this.#running.set(record.id, read);
    return read;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running.values());
  }

  async #find(record: CaseRecord): Promise<StoredReading> {
    const { journal } = this.#options;
    const known = await journal.reading(record.id);
    if (known !== undefined) return known;
    const reading = await this.#read(record);
    try {
      await journal.writeReading(record, reading);
    } catch (error) {
      // The model has read the film since it was to forget it.
      if (isForgotten(error)) await forgetPrefix(this.#options, record);
      throw error;
    }
    return reading;
  }

  async #read(record: CaseRecord): Promise<StoredReading> {
    const { journal, lexicon, readAgainMs, logger, id } = this.#options;
    const { signal } = this.#closing;
    const film = await journal.film(record);
    if (film === undefined) return { outcome: 'failed', code: 'film-expired' };
    for (let tries = 1; ; tries += 1) {
      const read = await this.#ask(record, film, { kind: 'task', task: 'wet-read' });
      signal.throwIfAborted();
      if (typeof read !== 'string') {
        const { text, boxes, notices } = read;
        const geometry = geometryOf(
          await this.#lung(record, film, 'right lung'),
          await this.#lung(record, film, 'left lung'),
        );
        const key = keyOfReading({ text, boxes }, lexicon);
        return { outcome: 'read', text, boxes, notices, key, geometry };
      }
      const mayHelp = read in ERRORS && ERRORS[read].retryable;
      if (!mayHelp || tries === MOST_TRIES) {
        logger.warn({ id: id(), code: read }, 'the film of a teaching case was not read');
        return { outcome: 'failed', code: read };
      }
      await sleep(readAgainMs, undefined, { signal });
    }
  }

  async #lung(record: CaseRecord, film: Film, what: string): Promise<Box | undefined> {
    const read = await this.#ask(record, film, { kind: 'locate', what });
    this.#closing.signal.throwIfAborted();
    return typeof read === 'string' ? undefined : read.boxes[0]?.box;
  }

  async #ask(record: CaseRecord, film: Film, ask: Ask): Promise<Reply | ErrorCode> {
    const { platform, workspace, openedBy: author, notices: filmNotices } = record;
    const asker = askerOf({ platform, workspace, author });
    const request = { film, history: [], ask, asker, filmNotices };
    for await (const event of this.#options.reading.read(request, this.#closing.signal)) {
      if (event.type === 'end') return event.reply;
      if (event.type === 'error') return event.code as ErrorCode;
    }
    throw toWetreadError(new Error('the reading has no ending'), this.#options.id());
  }
}

const isForgotten = (error: unknown): boolean =>
  error instanceof WetreadError && error.code === 'case-unknown';
