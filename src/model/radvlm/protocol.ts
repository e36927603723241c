import { WetreadError, type ErrorCode } from '../../errors.ts';
import type { ModelEvent, ModelMessage, ModelRequest } from '../model.ts';
import type { EngineOptions } from './engine.ts';

/** `open` comes first. Each request has an id of its own, counted from 1; `abort` names the stream that is to end. */
export type ToProcess =
  | { readonly type: 'open'; readonly id: typeof STARTING; readonly options: EngineOptions }
  | { readonly type: 'stream'; readonly id: number; readonly request: ModelRequest }
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'count'; readonly id: number; readonly messages: readonly ModelMessage[] }
  | { readonly type: 'forget'; readonly id: number; readonly sha256: string }
  | { readonly type: 'close' };

/** `done` or `failed` with the id of `open` comes first; every request then ends in one `done` or `failed`. */
export type FromProcess =
  | { readonly type: 'event'; readonly id: number; readonly event: ModelEvent }
  | { readonly type: 'done'; readonly id: number; readonly value: number | undefined }
  | { readonly type: 'failed'; readonly id: number; readonly failure: Failure };

/** The id of `open`. */
export const STARTING = 0;

/** An error in a form that a message can carry: a class does not survive the way, its code and facts do. */
export type Failure = {
  readonly code: ErrorCode;
  readonly facts: Readonly<Record<string, unknown>>;
  /** For the log alone. */
  readonly cause: unknown;
};

export const toFailure = (error: unknown): Failure =>
  error instanceof WetreadError
    ? { code: error.code, facts: error.facts, cause: undefined }
    : { code: 'model-failed', facts: {}, cause: error instanceof Error ? error : undefined };

export const fromFailure = ({ code, facts, cause }: Failure): WetreadError =>
  // The facts are those that this code was made with on the other side.
  new (WetreadError as new (
    code: ErrorCode,
    facts: unknown,
    options: ErrorOptions,
  ) => WetreadError)(code, facts, { cause });
