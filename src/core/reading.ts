import type { Film } from './film.ts';
import type { Exchange, Notice, ReplyEvent } from './reply.ts';

/** `wet-read` is the grounded report: each positive sentence asked about and located. `report` is the plain one. */
export type Task = 'wet-read' | 'report' | 'classify' | 'detect';

/** What is asked of the film. */
export type Ask =
  | { readonly kind: 'task'; readonly task: Task }
  /** "Where is X?", behind the presence gate. */
  | { readonly kind: 'locate'; readonly what: string }
  /** The user's own words, sent as they are. */
  | { readonly kind: 'free'; readonly text: string };

export type ReadingRequest = {
  readonly film: Film;
  /** Earlier exchanges about this very film, oldest first. */
  readonly history: readonly Exchange[];
  readonly ask: Ask;
  /** Opaque key of who asks; the queue is fair by it. */
  readonly asker: string;
  /** What intake has to say about the film ("read although it does not look like a chest film"); repeated in every reply. */
  readonly filmNotices: readonly Notice[];
};

/**
 * Film, history and question in; reply events out; no state. Everything stands on it: the conversation, the command
 * line, the stateless API. It holds the task's wording, the presence gate, boxes, sides and the drawing.
 */
export interface Reading {
  /** Never throws: failures are `error` events. An abort ends in `end` with what was said so far, finishReason `stopped`. */
  read(request: ReadingRequest, signal: AbortSignal): AsyncIterable<ReplyEvent>;
}
