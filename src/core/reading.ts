import type { Sampling } from '../model/model.ts';
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

/**
 * How a program has its reply made. The question goes to the model as it is, and the words come as the model writes them,
 * coordinates and all: a program keeps the history itself, and it stays what the model was taught. Presence gate and side
 * check take no word away; they leave boxes out, and say so in notices. A wet read is put together here all the same.
 */
export type ProgramOptions = {
  /** Of the answer; questions of our own are always greedy. */
  readonly sampling: Sampling;
  /** Tokens of the answer; the profile's limit holds too. undefined: that alone. */
  readonly maxTokens: number | undefined;
  /** The answer ends before the first of these. */
  readonly stop: readonly string[];
  /** Said to the model before everything else; '' is nothing, as such models are evaluated. */
  readonly system: string;
  /** Whether the film is to be drawn on. */
  readonly draw: boolean;
};

export type ReadingRequest = {
  readonly film: Film;
  /** Earlier exchanges about this very film, oldest first. */
  readonly history: readonly Exchange[];
  readonly ask: Ask;
  /** Opaque key of who asks; the queue is fair by it. */
  readonly asker: string;
  /** What intake has to say about the film ("read although it does not look like a chest film"); repeated in every reply. */
  readonly filmNotices: readonly Notice[];
  /** undefined: the reply is for people. */
  readonly program?: ProgramOptions;
};

/**
 * Film, history and question in; reply events out; no state. Everything stands on it: the conversation, the command
 * line, the stateless API. It holds the task's wording, the presence gate, boxes, sides and the drawing.
 */
export interface Reading {
  /** Never throws: failures are `error` events. An abort ends in `end` with what was said so far, finishReason `stopped`. */
  read(request: ReadingRequest, signal: AbortSignal): AsyncIterable<ReplyEvent>;
}

/** A question for the model with nothing around it: no gate, no question of ours, no box. */
export type AloneRequest = Pick<ReadingRequest, 'history' | 'asker'> & {
  /** undefined: the conversation has none, which the model can do without. */
  readonly film: Film | undefined;
  readonly question: string;
  readonly program: ProgramOptions;
};

/** For programs that want the model and nothing else. */
export interface ModelAlone {
  /** Fails as the model does; after an abort it throws the signal's reason. */
  ask(request: AloneRequest, signal: AbortSignal): AsyncIterable<ReplyEvent>;
}
