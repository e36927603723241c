import { EventEmitter, once } from 'node:events';
import type {
  Conversation,
  Feedback,
  Message,
  TurnId,
  Unfinished,
} from '../../../src/core/conversation.ts';
import { answeringTurnIdOf, turnIdOf } from '../../../src/core/conversation/turn-id.ts';
import type { Film } from '../../../src/core/film.ts';
import type { Choice, ReplyEvent } from '../../../src/core/reply.ts';
import { WetreadError } from '../../../src/errors.ts';

export type Stage = (
  message: Message,
  signal: AbortSignal,
  answers: Choice['code'] | undefined,
) => AsyncIterable<ReplyEvent>;

type Turn = {
  readonly message: Message;
  readonly events: ReplyEvent[];
  readonly more: EventEmitter;
  readonly stop: AbortController;
  done: boolean;
};

export const EVERY_THREAD = 'every thread';

/**
 * A conversation that plays what a test stages: events exactly as given, one after the other, so that what the
 * adapter makes of each can be seen. The real one is what the browser tests run over.
 */
export const createStagedConversation = (stage: Stage, left: readonly Unfinished[] = []) => {
  const turns = new Map<TurnId, Turn>();
  const messages: Message[] = [];
  const forgotten: string[] = [];
  const films = new Map<string, Pick<Film, 'sha256' | 'png'>>();
  const feedback: { turn: TurnId; feedback: Feedback; author: string }[] = [];
  /** What the adapter reported, in order: "begun", "delivered" or "taken down" and the turn. */
  const reports: (readonly [what: string, turn: TurnId])[] = [];

  const begin = (id: TurnId, message: Message, answers: Choice['code'] | undefined): TurnId => {
    const turn: Turn = {
      message,
      events: [],
      more: new EventEmitter(),
      stop: new AbortController(),
      done: false,
    };
    turns.set(id, turn);
    void (async () => {
      for await (const event of stage(message, turn.stop.signal, answers)) {
        turn.events.push(event);
        turn.more.emit('more');
      }
      turn.done = true;
      turn.more.emit('more');
    })();
    return id;
  };
  const find = (id: TurnId): Turn => {
    const turn = turns.get(id);
    if (turn === undefined) throw new WetreadError('turn-unknown');
    return turn;
  };

  return {
    messages,
    forgotten,
    feedbackGiven: feedback,
    reports,
    /** What the turns of a thread are about, or of `EVERY_THREAD`. */
    films,
    /** Puts a turn there that an earlier process took. */
    remember: (message: Message) => begin(turnIdOf(message), message, undefined),
    listeners: () =>
      [...turns.values()].reduce((sum, turn) => sum + turn.more.listenerCount('more'), 0),
    take: async (message) => {
      messages.push(message);
      return begin(turnIdOf(message), message, undefined);
    },
    async *events(id, signal) {
      const turn = find(id);
      for (let next = 0; ;) {
        while (next < turn.events.length) yield turn.events[next++]!;
        if (turn.done) return;
        await once(turn.more, 'more', { signal });
      }
    },
    film: async (id) => films.get(find(id).message.thread) ?? films.get(EVERY_THREAD),
    filmReferences: async () => [],
    choose: async (id, code) => begin(answeringTurnIdOf(id), find(id).message, code),
    stop: async (id) => find(id).stop.abort(),
    forget: async ({ thread }) => {
      forgotten.push(thread);
      for (const [id, { message }] of turns) if (message.thread === thread) turns.delete(id);
    },
    begun: async (turn) => void reports.push(['begun', turn]),
    delivered: async (turn) => void reports.push(['delivered', turn]),
    takenDown: async (turn) => void reports.push(['taken down', turn]),
    async *unfinished() {
      yield* left;
    },
    edited: async () => {},
    deleted: async () => {},
    feedback: async (turn, given, author) => {
      find(turn);
      feedback.push({ turn, feedback: given, author });
    },
    close: async () => {},
  } satisfies Conversation & Record<string, unknown>;
};
