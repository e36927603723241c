import type { Ask } from './reading.ts';
import type { Choice, ReplyEvent } from './reply.ts';

/** Where a message was said. Identity of a message is `platform:workspace:channel:id`. */
export type Message = {
  readonly platform: string;
  readonly workspace: string;
  readonly channel: string;
  readonly thread: string;
  readonly id: string;
  /** The platform's id of who wrote it, never a name. */
  readonly author: string;
  readonly text: string;
  /** A button or command names what is asked; undefined leaves it to `text` and the attachments. */
  readonly ask: Ask | undefined;
  readonly attachments: readonly Attachment[];
  /** Said to the bot, rather than among people. */
  readonly addressed: boolean;
  /** Answers beforehand what intake may ask about the film. */
  readonly choose: Choice['code'] | undefined;
};

/** A film somewhere on the platform. */
export type Attachment = {
  /** The platform's ids, plain JSON, no file name: enough to fetch it again. */
  readonly reference: Readonly<Record<string, string>>;
  /** The bytes. Fails with a `WetreadError`. */
  fetch(signal: AbortSignal): Promise<Uint8Array>;
};

export type TurnId = string;

/** What every way in shares. One turn at a time in a thread, in order; threads run side by side. */
export interface Conversation {
  /** Takes a message; the same message twice is one turn. Resolves once it is taken. Fails with a `WetreadError` (`question-too-long`, `too-many-films`, `closing`). */
  take(message: Message): Promise<TurnId>;
  /** Every event of the turn from the first on, then live; any number of listeners. Fails with `turn-unknown`. */
  events(turn: TurnId, signal: AbortSignal): AsyncIterable<ReplyEvent>;
  /** Answers the question that ended `turn`; only the first answer counts. The answer is a new turn. Fails with `choice-unknown` or `turn-unknown`. */
  choose(turn: TurnId, code: Choice['code'], author: string): Promise<TurnId>;
  /** Ends a waiting or running turn; what was said so far stays, marked as stopped. */
  stop(turn: TurnId): Promise<void>;
  /** Drops a thread: its film, turns and cached prefix. */
  forget(thread: Pick<Message, 'platform' | 'workspace' | 'channel' | 'thread'>): Promise<void>;
  /** Stops taking messages, waits at most `graceMs` for running turns, then ends them. */
  close(graceMs: number): Promise<void>;
}
