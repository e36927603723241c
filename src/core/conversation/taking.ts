import { setTimeout as sleep } from 'node:timers/promises';
import { WetreadError } from '../../errors.ts';
import type { Access } from '../access.ts';
import type { Message, TurnId } from '../conversation.ts';
import { commandIn } from './command.ts';
import type { Journal } from './journal.ts';
import { KeyedSeries } from './keyed-series.ts';
import { FILMS_LIMIT, QUESTION_LIMIT, type ConversationLimits } from './limits.ts';
import type { OpenTurn } from './open-turn.ts';
import type { Owners } from './owners.ts';
import { threadKeyOf } from './thread-key.ts';
import { journalAttachment, type FilmParts } from './turn-films.ts';
import { turnIdOf } from './turn-id.ts';
import type { JournalledMessage, ShownRecord, TurnRecord, TurnState } from './turn-record.ts';
import { answerRecord, mayAnswer, settleChoice } from './choice-record.ts';
import { readWords } from './turn-words.ts';
import { typedAnswer } from './typed-answer.ts';

export type TakingOptions = FilmParts & {
  readonly journal: Journal;
  readonly owners: Owners;
  readonly access: Access;
  readonly limits: ConversationLimits;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Aborts when nothing more is taken. */
  readonly closing: AbortSignal;
  /** Turns that this process owns. */
  readonly open: ReadonlyMap<TurnId, OpenTurn>;
  /** A turn is journalled, at this place of its thread's line: it is this process's from now on. */
  readonly onTaken: (record: TurnRecord, place: number) => void;
  /** Its author goes on: a film without words is not waited with any longer. */
  readonly onAuthorGoesOn: (turn: TurnId) => void;
  /** A message came once more whose turn is nobody's here. */
  readonly look: (threadKey: string) => void;
};

/** Another process is taking the same message: it takes a few writes of the store. */
const OTHER_TAKES_MS = 3_000;
const OTHER_LOOK_MS = 50;

/** Films without words are looked for among so many of the last turns of a line. */
const JOIN_LOOKS = 5;

/** Takes messages into the journal, each once, in a thread in the order in which they come. */
export class Taking {
  readonly #options: TakingOptions;
  readonly #series = new KeyedSeries();
  readonly #ids = new Map<TurnId, Promise<TurnId | undefined>>();

  constructor(options: TakingOptions) {
    this.#options = options;
  }

  /** What is being taken just now. */
  get ids(): Pick<ReadonlySet<TurnId>, 'has'> {
    return this.#ids;
  }

  async take(message: Message): Promise<TurnId | undefined> {
    checkMessage(message);
    const decision = this.#options.access.mayAsk(message);
    if (decision === 'silent') return undefined;
    const threadKey = threadKeyOf(message);
    if (!message.addressed && decision === 'yes') return this.#show(threadKey, message);
    const refused = decision === 'refused' ? ('not-allowed' as const) : undefined;
    return this.#once(turnIdOf(message), threadKey, () =>
      this.#takeMessage(threadKey, message, refused),
    );
  }

  /** Journals the answer to a question as a turn of its own. */
  takeAnswer(record: TurnRecord): Promise<TurnId | undefined> {
    return this.#once(record.id, record.threadKey, async () => {
      const state = await this.#options.journal.state(record.id);
      return state === undefined ? this.#answer(record) : this.#known(record.id, state);
    });
  }

  #once(
    id: TurnId,
    threadKey: string,
    take: () => Promise<TurnId | undefined>,
  ): Promise<TurnId | undefined> {
    this.#options.closing.throwIfAborted();
    const known = this.#ids.get(id);
    if (known !== undefined) return known;
    const taken = this.#series.run(threadKey, take).finally(() => this.#ids.delete(id));
    this.#ids.set(id, taken);
    return taken;
  }

  async #takeMessage(
    threadKey: string,
    message: Message,
    refused: 'not-allowed' | undefined,
  ): Promise<TurnId | undefined> {
    const { journal } = this.#options;
    const id = turnIdOf(message);
    const [state, joined, line, shown, question] = await Promise.all([
      journal.state(id),
      journal.joined(id),
      journal.line(threadKey),
      journal.shown(threadKey),
      journal.openQuestion(threadKey),
    ]);
    if (state !== undefined) {
      if (!this.#options.open.has(id)) this.#options.look(threadKey);
      return this.#known(id, state);
    }
    if (refused !== undefined) {
      const nothing = { ...message, text: '', ask: undefined, attachments: [] };
      return this.#journal({ ...this.#recordOf(threadKey, nothing), refused });
    }
    // Its words were joined already when the process died.
    if (joined !== undefined && (await journal.settled('words', joined.joins)) === id) {
      await journal.advance(id, [undefined], 'joined');
      return this.#known(id, 'joined');
    }
    const before = await this.#filmBefore(line, message);
    if (before !== undefined) {
      if (isWordsAlone(message) && (await this.#join(id, before, message.text)))
        return this.#known(id, 'joined');
      this.#options.onAuthorGoesOn(before);
    }
    if (question !== undefined && isWordsAlone(message)) {
      const answer = await this.#typedAnswer(question.turn, message);
      if (answer !== undefined) return this.#answer(answer);
    }
    return this.#journal(await this.#withFilms(threadKey, message, shown), shown);
  }

  /** A film among people: only where it is, is kept, for when somebody asks about it. */
  async #show(threadKey: string, message: Message): Promise<undefined> {
    const { journal } = this.#options;
    const references = message.attachments.flatMap(({ reference }) =>
      reference === undefined ? [] : [reference],
    );
    if (references.length === 0) return undefined;
    const { platform, workspace, channel, id, author } = message;
    const shown = { message: { platform, workspace, channel, id }, author, references };
    await Promise.all([
      journal.writeShown(threadKey, shown),
      journal.writeTurn(turnIdOf(message), { shownIn: threadKey }),
    ]);
    return undefined;
  }

  /** A message that was taken before. The turn is this caller's only while this process took it and it is not delivered. */
  async #known(id: TurnId, state: TurnState): Promise<TurnId | undefined> {
    const { journal } = this.#options;
    if (state !== 'joined') return this.#isOurs(id) ? id : undefined;
    const record = await journal.joined(id);
    return record !== undefined && this.#isOurs(record.joins) ? record.joins : undefined;
  }

  #isOurs(id: TurnId): boolean {
    return this.#options.open.get(id)?.recovered === false;
  }

  /** The author's film without words that still waits for them. */
  async #filmBefore(line: readonly TurnId[], message: Message): Promise<TurnId | undefined> {
    const { journal, open, now } = this.#options;
    for (const id of line.slice(-JOIN_LOOKS).reverse()) {
      const record = open.get(id)?.record ?? (await journal.turn(id));
      if (record?.message.author !== message.author) continue;
      return record.notBefore > now() ? id : undefined;
    }
    return undefined;
  }

  /** Makes the words those of an earlier turn. False: that one has begun to be answered. */
  async #join(id: TurnId, joins: TurnId, words: string): Promise<boolean> {
    const { journal, onAuthorGoesOn } = this.#options;
    await journal.writeTurn(id, { joins, words });
    if ((await journal.settle('words', joins, id)) !== id) return false;
    await journal.advance(id, [undefined], 'joined');
    onAuthorGoesOn(joins);
    return true;
  }

  async #answer(record: TurnRecord): Promise<TurnId | undefined> {
    const taken = await this.#journal(record);
    await this.#options.journal.dropOpenQuestion(record.threadKey);
    return taken;
  }

  async #typedAnswer(asked: TurnId, message: Message): Promise<TurnRecord | undefined> {
    const { journal, now } = this.#options;
    const [original, { ending }] = await Promise.all([
      journal.turn(asked),
      journal.progress(asked),
    ]);
    if (original === undefined || ending?.kind !== 'question') return undefined;
    const code = typedAnswer(message.text, ending.event.options);
    if (code === undefined || ending.event.expiresAt <= now()) return undefined;
    if (!mayAnswer(original, message)) return undefined;
    const id = turnIdOf(message);
    if (!(await settleChoice(journal, asked, { id, code, author: message.author })))
      return undefined;
    const words = await readWords(journal, original);
    return answerRecord(original, words, { turn: asked, code }, message, { id, at: now() });
  }

  /** Films that were shown before among people are this message's, if it has none of its own. */
  async #withFilms(
    threadKey: string,
    message: Message,
    shown: ShownRecord | undefined,
  ): Promise<TurnRecord> {
    const record = this.#recordOf(threadKey, message);
    if (message.attachments.length === 0) {
      if (shown === undefined || commandIn(message.text) !== undefined) return record;
      const attachments = shown.references.map((reference) => ({ reference }));
      return {
        ...record,
        message: { ...record.message, attachments },
        filmFrom: shown.message,
      };
    }
    const attachments = await Promise.all(
      message.attachments.map((attachment) =>
        journalAttachment(
          this.#options,
          threadKey,
          attachment,
          message.choose,
          this.#options.closing,
        ),
      ),
    );
    return { ...record, message: { ...record.message, attachments } };
  }

  #recordOf(threadKey: string, message: Message): TurnRecord {
    const { now, limits } = this.#options;
    const receivedAt = now();
    const waits = message.attachments.length > 0 && message.ask === undefined && isBlank(message);
    const journalled: JournalledMessage = { ...message, attachments: [] };
    return {
      id: turnIdOf(message),
      threadKey,
      message: journalled,
      receivedAt,
      notBefore: receivedAt + (waits ? limits.timings.joinMs : 0),
      answers: undefined,
      filmFrom: undefined,
      refused: undefined,
    };
  }

  /** Writes it down, puts it in its lines, and only then says that it is there. */
  async #journal(record: TurnRecord, shown?: ShownRecord): Promise<TurnId | undefined> {
    const { journal, onTaken } = this.#options;
    const { id, threadKey, filmFrom } = record;
    const [isOwn] = await Promise.all([
      this.#own(id),
      journal.writeTurn(id, record),
      filmFrom === undefined
        ? undefined
        : journal.writeTurn(turnIdOf(filmFrom), { joins: id, words: undefined }),
    ]);
    if (!isOwn && !(await this.#waitForOther(id))) return undefined;
    const place = await journal.joinLines(record);
    if (!(await journal.advance(id, [undefined], 'received')))
      return this.#known(id, (await journal.state(id)) ?? 'received');
    if (shown !== undefined) await journal.dropShown(threadKey);
    onTaken(record, place);
    return id;
  }

  /** False: another process is taking the same message. */
  async #own(id: TurnId): Promise<boolean> {
    const { owners } = this.#options;
    if (await owners.own(id, undefined)) return true;
    const owner = await owners.ownerOf(id);
    return owner === undefined || (await owners.isAlive(owner)) ? false : owners.own(id, owner);
  }

  /** False: another process answers it, as it is journalled there. True: that one died, and the turn is this one's. */
  async #waitForOther(id: TurnId): Promise<boolean> {
    const { journal, closing } = this.#options;
    for (let waitedMs = 0; waitedMs < OTHER_TAKES_MS; waitedMs += OTHER_LOOK_MS) {
      if ((await journal.state(id)) !== undefined) return false;
      if (await this.#own(id)) return true;
      await sleep(OTHER_LOOK_MS);
      closing.throwIfAborted();
    }
    throw new WetreadError('store-failed');
  }
}

const checkMessage = ({ text, ask, attachments }: Message): void => {
  const asked = ask?.kind === 'free' ? ask.text : ask?.kind === 'locate' ? ask.what : '';
  if (Math.max(text.length, asked.length) > QUESTION_LIMIT)
    throw new WetreadError('question-too-long', { limit: QUESTION_LIMIT });
  if (attachments.length > FILMS_LIMIT)
    throw new WetreadError('too-many-films', { limit: FILMS_LIMIT });
};

const isBlank = ({ text }: Message): boolean => text.trim() === '';

/** A question in words, and not one that a button or a command asks. */
const isWordsAlone = (message: Message): boolean =>
  message.attachments.length === 0 &&
  message.ask === undefined &&
  message.about === undefined &&
  !isBlank(message) &&
  commandIn(message.text) === undefined;
