import { WetreadError } from '../../errors.ts';
import { zoomIn, filmIn } from '../conversation/command.ts';
import type { AnswerRequest } from '../conversation/answer.ts';
import { eventsOf, ownReply } from '../conversation/own-reply.ts';
import { persist } from '../conversation/persist.ts';
import type { CaseFilm, ThreadCases } from '../conversation/thread-cases.ts';
import type { TurnId } from '../conversation.ts';
import { recognise } from '../read/recognise.ts';
import type { ReplyEvent } from '../reply.ts';
import { auditCase } from './audit-case.ts';
import { caseIdOf, filmLine, threadLine } from './case-journal.ts';
import type { CaseParts } from './case-options.ts';
import type { CaseRecord } from './case-record.ts';
import { forgetPrefix } from './forget-prefix.ts';
import { openCase, openingEvents } from './opening.ts';
import { revealEvents } from './reveal.ts';
import { takeAnswer } from './take-answer.ts';

const OPEN_HERE =
  'A teaching case is open here, so nothing is asked of the model until the reveal. Say in words what you see, or use the buttons of the case.';
const CLOSED_HERE = 'The case is being revealed, so no answer counts any more.';
const NOTED = 'Noted as your answer. Your last one counts.';

/** Teaching cases as the conversation meets them. */
export class CasesInThreads implements ThreadCases {
  readonly #parts: CaseParts;

  constructor(parts: CaseParts) {
    this.#parts = parts;
  }

  async inThread(
    request: AnswerRequest,
    signal: AbortSignal,
  ): Promise<AsyncIterable<ReplyEvent> | undefined> {
    const { id, threadKey, message } = request.turn;
    const { teaching } = message;
    if (teaching?.kind === 'reveal') return revealEvents(this.#parts, teaching.id, signal);
    const open = await this.#insist(
      () => this.#parts.journal.openWith(threadLine(threadKey)),
      signal,
    );
    if (open === undefined || open.id === caseIdOf(id)) return undefined;
    if (teaching?.kind === 'open') throw new WetreadError('case-open-here');
    return said(request, await this.#insist(() => this.#hear(open, request), signal));
  }

  async aboutFilm(
    request: AnswerRequest,
    about: CaseFilm,
    signal: AbortSignal,
  ): Promise<AsyncIterable<ReplyEvent> | undefined> {
    const { turn, words } = request;
    const { teaching } = turn.message;
    const { journal } = this.#parts;
    const line = filmLine(about.pixels.sha256);
    const holder = await this.#insist(() => journal.openWith(line), signal);
    const isOthers = holder !== undefined && holder.id !== caseIdOf(turn.id);
    if (teaching?.kind === 'open') {
      const { openMs } = teaching;
      const record = await this.#insist(
        () => openCase(this.#parts, request, about, openMs),
        signal,
      );
      const wasRead = about.film.history.length > 0;
      return openingEvents(this.#parts, record, about.pixels, { question: words, wasRead });
    }
    if (isOthers && !isModerator(holder, turn.message)) throw new WetreadError('film-in-case');
    return undefined;
  }

  async forgetThread(threadKey: string): Promise<void> {
    for (const record of await this.#casesOf(threadKey)) await this.#forget(record);
  }

  async forgetTurns(threadKey: string, turns: ReadonlySet<TurnId>): Promise<void> {
    const { journal } = this.#parts;
    for (const record of await this.#casesOf(threadKey)) {
      if (turns.has(record.turn)) await this.#forget(record);
      else
        for (const author of await journal.learners.answered(record.id)) {
          const turn = (await journal.learners.answer(record.id, author))?.turn;
          if (turn !== undefined && turns.has(turn))
            await journal.learners.dropAnswer(record.id, author);
        }
    }
  }

  /** Again until the store does it; each piece may be done again. */
  #insist<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    return persist(work, signal, this.#parts.logger);
  }

  /** What is said in a case's thread. */
  async #hear(record: CaseRecord, { turn, words }: AnswerRequest): Promise<string> {
    const { message, receivedAt } = turn;
    const isAnswer =
      message.ask === undefined &&
      message.about === undefined &&
      message.attachments.length === 0 &&
      message.mentioned !== true &&
      words.trim() !== '' &&
      !isQuestion(words);
    if (!isAnswer) return OPEN_HERE;
    const { author } = message;
    const answer = { kind: 'words', text: words } as const;
    try {
      const taken = { author, answer, at: receivedAt, turn: turn.id };
      await takeAnswer(this.#parts, record, taken);
      return NOTED;
    } catch (error) {
      if (error instanceof WetreadError && error.code === 'case-closed') return CLOSED_HERE;
      throw error;
    }
  }

  async #casesOf(threadKey: string): Promise<readonly CaseRecord[]> {
    const { journal } = this.#parts;
    const records: CaseRecord[] = [];
    for (const id of await journal.allIds()) {
      const record = await journal.find(id);
      if (record?.threadKey === threadKey) records.push(record);
    }
    return records;
  }

  async #forget(record: CaseRecord): Promise<void> {
    await this.#parts.journal.forget(record);
    auditCase(this.#parts, record, 'forgotten', undefined);
    await forgetPrefix(this.#parts, record);
  }
}

/** Where the case is: whoever has a server of their own is a moderator there. */
const isModerator = (
  { platform, workspace }: CaseRecord,
  message: AnswerRequest['turn']['message'],
): boolean =>
  message.standing === 'moderator' &&
  message.platform === platform &&
  message.workspace === workspace;

/** Asks the model for something; anything else that is said in a case's thread is an answer, also "left effusion?". */
const isQuestion = (words: string): boolean =>
  zoomIn(words) !== undefined ||
  filmIn(words) !== undefined ||
  ['task', 'locate', 'locate-it'].includes(recognise(words).kind) ||
  /^(?:is|are|was|were|do|does|did|has|have|can|could|should|what|where|which|how|why|who|when)\b.*\?$/is.test(
    words.trim(),
  );

async function* said({ words }: AnswerRequest, text: string): AsyncGenerator<ReplyEvent> {
  yield* eventsOf(ownReply(words, text));
}
