import { setTimeout as sleep } from 'node:timers/promises';
import { WetreadError } from '../../errors.ts';
import type { Access } from '../access.ts';
import type { Audit } from '../audit.ts';
import type { Message, TurnId } from '../conversation.ts';
import { answerRecord, auditsOf, mayAnswer, settleChoice } from './choice-record.ts';
import { commandIn } from './command.ts';
import { findFilmBefore, finishJoining, joinWords } from './joining.ts';
import type { Journal } from './journal.ts';
import { KeyedSeries } from './keyed-series.ts';
import type { ConversationLimits } from './limits.ts';
import { checkMessage, isFilmAlone, isWordsAlone } from './message-kind.ts';
import type { OpenTurn } from './open-turn.ts';
import type { Owners } from './owners.ts';
import { leadToTurn, rememberShown, withShown } from './shown-films.ts';
import { threadKeyOf } from './thread-key.ts';
import { journalAttachment, type FilmParts } from './turn-films.ts';
import { turnIdOf } from './turn-id.ts';
import type { ShownRecord, TurnRecord, TurnState } from './turn-record.ts';
import { readWords } from './turn-words.ts';
import { typedAnswer } from './typed-answer.ts';

export type TakingOptions = FilmParts & {
  readonly journal: Journal;
  /** No other process can be at the stores. */
  readonly alone: boolean;
  readonly owners: Owners;
  readonly access: Access;
  readonly audit: Audit;
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
    const { access, journal } = this.#options;
    const decision = access.mayAsk(message);
    if (decision === 'silent') return undefined;
    const threadKey = threadKeyOf(message);
    if (decision === 'refused')
      return this.#once(turnIdOf(message), threadKey, () => this.#takeRefused(message));
    if (message.addressed)
      return this.#once(turnIdOf(message), threadKey, () => this.#takeMessage(message));
    await this.#series.run(threadKey, () => rememberShown(journal, message));
    return undefined;
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

  /** A turn that says that its author may not ask; nothing of what was said is kept. */
  async #takeRefused(message: Message): Promise<TurnId | undefined> {
    const id = turnIdOf(message);
    const state = await this.#options.journal.state(id);
    if (state !== undefined) return this.#known(id, state);
    const nothing = { ...message, text: '', ask: undefined, about: undefined, attachments: [] };
    return this.#journal({ ...this.#recordOf(nothing), refused: 'not-allowed' });
  }

  async #takeMessage(message: Message): Promise<TurnId | undefined> {
    const { journal, open, look, onAuthorGoesOn } = this.#options;
    const id = turnIdOf(message);
    const threadKey = threadKeyOf(message);
    const [state, joined, line, shown, question] = await Promise.all([
      journal.state(id),
      journal.joined(id),
      journal.line(threadKey),
      journal.shown(threadKey),
      journal.openQuestion(threadKey),
    ]);
    if (state !== undefined) {
      if (!open.has(id)) look(threadKey);
      return this.#known(id, state);
    }
    if (joined?.words !== undefined && (await finishJoining(this.#options, id, joined.joins)))
      return this.#known(id, 'joined');
    const before = await findFilmBefore(this.#options, line, message);
    if (before !== undefined) {
      const isJoined =
        isWordsAlone(message) && (await joinWords(this.#options, message, id, before));
      onAuthorGoesOn(before);
      if (isJoined) return this.#known(id, 'joined');
    }
    if (question !== undefined && isWordsAlone(message)) {
      const answer = await this.#typedAnswer(question.turn, message);
      if (answer !== undefined) return this.#answer(answer);
    }
    return this.#takeFilms(message, shown);
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

  async #answer(record: TurnRecord): Promise<TurnId | undefined> {
    const { journal, audit } = this.#options;
    const taken = await this.#journal(record);
    await journal.dropOpenQuestion(record.threadKey);
    for (const event of auditsOf(record)) audit.write(event);
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
    if (!mayAnswer(original, ending, message)) return undefined;
    const id = turnIdOf(message);
    if (!(await settleChoice(journal, asked, { id, code, author: message.author })))
      return undefined;
    const words = await readWords(journal, original);
    return answerRecord(original, words, { turn: asked, code }, message, { id, at: now() });
  }

  /** Films that were shown before among people are this message's, if it has none of its own. */
  async #takeFilms(message: Message, shown: ShownRecord | undefined): Promise<TurnId | undefined> {
    const record = this.#recordOf(message);
    if (message.attachments.length === 0) {
      const isAsked = shown !== undefined && commandIn(message.text) === undefined;
      return isAsked ? this.#journal(withShown(record, shown), true) : this.#journal(record);
    }
    const attachments = await Promise.all(
      message.attachments.map((attachment) =>
        journalAttachment(this.#options, message, attachment, this.#options.closing),
      ),
    );
    const withFilms = { ...record, message: { ...record.message, attachments } };
    return this.#journal(withFilms, shown !== undefined);
  }

  #recordOf(message: Message): TurnRecord {
    const { now, limits } = this.#options;
    const receivedAt = now();
    return {
      id: turnIdOf(message),
      threadKey: threadKeyOf(message),
      message: { ...message, attachments: [] },
      receivedAt,
      notBefore: receivedAt + (isFilmAlone(message) ? limits.timings.joinMs : 0),
      answers: undefined,
      filmFrom: undefined,
      refused: undefined,
    };
  }

  /** Writes it down, puts it in its lines, and only then says that it is there. */
  async #journal(record: TurnRecord, dropsShown = false): Promise<TurnId | undefined> {
    const { journal, alone, onTaken } = this.#options;
    const { id, threadKey } = record;
    if (alone) await Promise.all([this.#own(id), this.#write(record)]);
    else {
      // Only its owner writes it: another process may have made something else of the message.
      if (!(await this.#own(id)) && !(await this.#waitForOther(id))) return undefined;
      await this.#write(record);
    }
    const place = await journal.joinLines(record);
    if (!(await journal.advance(id, [undefined], 'received')))
      return this.#known(id, (await journal.state(id)) ?? 'received');
    if (dropsShown) await journal.dropShown(threadKey);
    onTaken(record, place);
    return id;
  }

  async #write(record: TurnRecord): Promise<void> {
    const { journal } = this.#options;
    const { id, filmFrom } = record;
    await Promise.all([
      journal.writeTurn(id, record),
      filmFrom === undefined ? undefined : leadToTurn(journal, filmFrom, id),
    ]);
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
