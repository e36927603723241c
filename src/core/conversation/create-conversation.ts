import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Model } from '../../model/model.ts';
import type { Attachment, Conversation, Message, TurnId } from '../conversation.ts';
import type { Film } from '../film.ts';
import type { Intake } from '../intake/intake.ts';
import type { Profile } from '../profile/profile.ts';
import { messagesOf } from '../read/fit-history.ts';
import type { Reading } from '../reading.ts';
import type { Choice, ReplyEvent } from '../reply.ts';
import { commandIn, HELP, type Command } from './command.ts';
import {
  CONVERSATION_LIMITS,
  FILMS_LIMIT,
  QUESTION_LIMIT,
  type ConversationLimits,
} from './limits.ts';
import { Recent } from './recent.ts';
import { runTurn } from './run-turn.ts';
import { takeFilm } from './take-film.ts';
import { Thread, threadKey, type ThreadPlace } from './thread.ts';
import { askerOf, Turn } from './turn.ts';

export type ConversationOptions = {
  readonly reading: Reading;
  readonly intake: Intake;
  readonly model: Model;
  readonly profile: Profile;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A fresh id that nobody can guess. */
  readonly id: () => string;
  readonly limits?: ConversationLimits;
};

/** How often what is too old is looked for when nobody says anything. */
const SWEEP_MS = 60_000;

/** Conversations in this process's memory; they end with it. */
export const createConversation = (options: ConversationOptions): Conversation =>
  new ConversationInMemory(options);

class ConversationInMemory implements Conversation {
  readonly #options: ConversationOptions;
  readonly #limits: ConversationLimits;
  readonly #threads: Recent<Thread>;
  readonly #turns: Recent<Turn>;
  /** The turn of each message that was taken, oldest first, also when the turn itself is gone. */
  readonly #identities = new Map<string, TurnId>();
  readonly #sweeping: NodeJS.Timeout;
  readonly #readingAhead = new AbortController();
  #closing = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
    const { now, limits = CONVERSATION_LIMITS } = options;
    this.#limits = limits;
    this.#threads = new Recent<Thread>({
      limits: limits.threads,
      now,
      bytesOf: ({ film }) => film?.png.byteLength ?? 0,
      isBusy: ({ open }) => open.size > 0,
      onDrop: (thread) => this.#forgetFilm(thread),
    });
    this.#turns = new Recent<Turn>({
      limits: limits.turns,
      now,
      bytesOf: ({ bytes }) => bytes,
      isBusy: ({ log }) => !log.ended,
      onDrop: () => {},
    });
    this.#sweeping = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  async take(message: Message): Promise<TurnId> {
    const identity = JSON.stringify([
      message.platform,
      message.workspace,
      message.channel,
      message.id,
    ]);
    const known = this.#identities.get(identity);
    if (known !== undefined) return known;
    this.#check(message);
    const turn = new Turn(this.#options.id(), threadKey(message), message);
    this.#identities.set(identity, turn.id);
    const [oldest] = this.#identities.keys();
    if (this.#identities.size > this.#limits.identities) this.#identities.delete(oldest!);
    this.#begin(turn);
    return turn.id;
  }

  async *events(id: TurnId, signal: AbortSignal): AsyncGenerator<ReplyEvent> {
    yield* this.#turn(id).log.follow(signal);
  }

  async choose(id: TurnId, code: Choice['code'], author: string): Promise<TurnId> {
    if (this.#closing) throw new WetreadError('closing');
    const asked = this.#turn(id);
    const question = asked.question;
    if (question?.options.some((option) => option.code === code) !== true) {
      throw new WetreadError('choice-unknown');
    }
    asked.question = undefined;
    const sent: Attachment = { reference: {}, fetch: async () => question.film.png };
    const message = { ...asked.message, author, choose: code, attachments: [sent] };
    const turn = new Turn(this.#options.id(), asked.threadKey, message);
    this.#begin(turn);
    return turn.id;
  }

  async stop(id: TurnId): Promise<void> {
    stopTurn(this.#turn(id));
  }

  async forget(place: ThreadPlace): Promise<void> {
    const key = threadKey(place);
    for (const turn of this.#turns.values()) {
      if (turn.threadKey !== key) continue;
      stopTurn(turn);
      turn.question = undefined;
      this.#turns.delete(turn.id);
    }
    const thread = this.#threads.get(key);
    this.#threads.delete(key);
    if (thread !== undefined) this.#forgetFilm(thread);
  }

  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    clearInterval(this.#sweeping);
    this.#readingAhead.abort(new WetreadError('closing'));
    const open = this.#turns.values().filter(({ log }) => !log.ended);
    const done = Promise.all(open.map((turn) => turn.done));
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([done, grace]);
    clearTimeout(timer);
    for (const turn of open) stopTurn(turn);
    await done;
  }

  #check({ text, ask, attachments }: Message): void {
    if (this.#closing) throw new WetreadError('closing');
    const asked = ask?.kind === 'free' ? ask.text : ask?.kind === 'locate' ? ask.what : '';
    if (Math.max(text.length, asked.length) > QUESTION_LIMIT) {
      throw new WetreadError('question-too-long', { limit: QUESTION_LIMIT });
    }
    if (attachments.length > FILMS_LIMIT) {
      throw new WetreadError('too-many-films', { limit: FILMS_LIMIT });
    }
  }

  #turn(id: TurnId): Turn {
    const turn = this.#turns.get(id);
    if (turn === undefined) throw new WetreadError('turn-unknown');
    return turn;
  }

  #begin(turn: Turn): void {
    const { message, threadKey: key } = turn;
    this.#turns.set(turn.id, turn);
    const command =
      message.ask === undefined && message.attachments.length === 0
        ? commandIn(message.text)
        : undefined;
    if (command === undefined) this.#enqueue(turn, this.#threadOf(key));
    else this.#obey(command, turn);
    this.#sweep();
  }

  /** Commands do not wait behind what they end. */
  #obey(command: Command, turn: Turn): void {
    const thread = this.#threads.get(turn.threadKey);
    switch (command) {
      case 'help':
        turn.answer(HELP);
        break;
      case 'stop':
        for (const open of thread?.open ?? []) stopTurn(open);
        turn.answer('Stopped.');
        break;
      case 'forget':
        turn.answer('The film and this conversation are forgotten.');
        void this.forget(turn.message);
        // This reply is all that is left.
        this.#turns.set(turn.id, turn);
        break;
    }
  }

  #enqueue(turn: Turn, thread: Thread): void {
    const { intake } = this.#options;
    const { attachments, choose } = turn.message;
    const waits = thread.open.size > 0;
    if (attachments.length > 0) {
      turn.film = takeFilm(intake, attachments, choose, turn.stopping.signal);
      turn.film.then(
        ({ result }) => {
          if (waits && result.outcome === 'accepted') void this.#readAhead(turn, result.film);
        },
        // The turn itself says what is wrong with its film.
        () => {},
      );
    }
    thread.enqueue(turn, async () => {
      await runTurn(this.#options, thread, turn);
      this.#sweep();
    });
  }

  /** The film of a turn that waits is read meanwhile; its question will find it read. */
  async #readAhead(turn: Turn, film: Film): Promise<void> {
    const { model, profile, logger } = this.#options;
    const request = {
      messages: messagesOf(film, [], profile.tasks.report),
      maxTokens: 0,
      sampling: { temperature: 0, topP: 1, seed: undefined },
      stop: [],
      asker: askerOf(turn.message),
      background: true,
    };
    const signal = AbortSignal.any([turn.stopping.signal, this.#readingAhead.signal]);
    try {
      for await (const event of model.stream(request, signal)) void event;
    } catch (error) {
      // Nothing is lost: the question reads the film itself.
      logger.debug({ error }, 'reading ahead ended early');
    }
  }

  #threadOf(key: string): Thread {
    const known = this.#threads.get(key);
    if (known !== undefined) return known;
    const thread = new Thread(key);
    this.#threads.set(key, thread);
    return thread;
  }

  #sweep(): void {
    this.#turns.sweep();
    this.#threads.sweep();
  }

  /** What the model keeps of a film goes when no thread is about it any more. */
  #forgetFilm({ film }: Thread): void {
    if (film === undefined) return;
    const { model, logger } = this.#options;
    const held = this.#threads.values().some((thread) => thread.film?.sha256 === film.sha256);
    if (held) return;
    model
      .forget(film.sha256)
      .catch((error: unknown) => logger.error({ error }, 'a film was not forgotten'));
  }
}

/** Ends a turn that waits at once; one that runs ends itself, with what it has said. */
const stopTurn = (turn: Turn): void => {
  turn.stopping.abort(new WetreadError('stopped'));
  if (!turn.running) turn.answer('', 'stopped');
};
