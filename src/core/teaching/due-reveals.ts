import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '../conversation.ts';
import type { CaseId } from '../teaching-case.ts';
import { auditCase } from './audit-case.ts';
import type { CaseParts } from './case-options.ts';
import type { CaseRecord } from './case-record.ts';
import { triesOf } from './reveal.ts';

/** A timer that is longer than this overflows; the cases are looked through sooner anyway. */
const LEAST_PAUSE_MS = 10;

/**
 * The reveals that are due, from what is stored alone: a process that was down at a case's time finds it overdue.
 */
export class DueReveals {
  readonly #parts: Omit<CaseParts, 'wake'>;
  #wakes: (() => void)[] = [];

  constructor(parts: Omit<CaseParts, 'wake'>) {
    this.#parts = parts;
  }

  /** Looks now, and not only at the next time. */
  wake(): void {
    for (const wake of this.#wakes.splice(0)) wake();
  }

  /** Each reveal once a try; another process, or this one after a restart, may tell the same one again. */
  async *follow(platform: string, signal: AbortSignal): AsyncGenerator<Message> {
    const told = new Set<string>();
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => this.#wakes.push(resolve));
      let nextMs = this.#parts.limits.lookMs;
      for (const { record, message, inMs } of await this.#look(platform)) {
        if (message === undefined) nextMs = Math.min(nextMs, inMs);
        else if (!told.has(`${record.id} ${message.id}`)) {
          told.add(`${record.id} ${message.id}`);
          yield message;
        }
      }
      const stop = new AbortController();
      const pause = sleep(Math.max(LEAST_PAUSE_MS, nextMs), undefined, {
        signal: AbortSignal.any([signal, stop.signal]),
        ref: false,
      });
      await Promise.race([pause.catch(() => undefined), woken]);
      stop.abort();
    }
  }

  async #look(platform: string): Promise<readonly Looked[]> {
    const { journal, logger } = this.#parts;
    try {
      const looked: Looked[] = [];
      for (const id of await journal.openIds()) {
        const found = await this.#lookAt(id, platform);
        if (found !== undefined) looked.push(found);
      }
      return looked;
    } catch (error) {
      logger.warn({ error }, 'teaching cases were not looked through');
      return [];
    }
  }

  async #lookAt(id: CaseId, platform: string): Promise<Looked | undefined> {
    const { journal, now } = this.#parts;
    const record = await journal.find(id);
    // Past its time, or forgotten while a process died.
    if (record === undefined) await journal.dropRest(id);
    if (record?.platform !== platform) return undefined;
    const inMs = record.revealAt - now();
    let state = await journal.state(id);
    if (state === 'open' && inMs <= 0) {
      if (await journal.advance(record, 'open', 'revealing:1'))
        auditCase(this.#parts, record, 'closed', undefined);
      state = await journal.state(id);
    }
    const tries = triesOf(state);
    const message = tries === undefined ? undefined : revealMessage(record, tries);
    return { record, message, inMs: Math.max(0, inMs) };
  }
}

type Looked = {
  readonly record: CaseRecord;
  /** undefined: it is not due yet. */
  readonly message: Message | undefined;
  readonly inMs: number;
};

/** Said by the bot to itself, in the name of whoever opened the case; the id is none of the platform's. */
export const revealMessage = (
  { id, platform, workspace, channel, thread, openedBy, standing, direct }: CaseRecord,
  tries: number,
): Message => ({
  platform,
  workspace,
  channel,
  thread,
  id: `reveal-${id}-${tries}`,
  author: openedBy,
  standing,
  direct,
  text: '',
  ask: undefined,
  about: undefined,
  attachments: [],
  addressed: true,
  choose: undefined,
  teaching: { kind: 'reveal', id },
});
