import type { Grey } from '../gate/grey.ts';
import type { FoundText } from './text-gate.ts';

/** What the thread is started with. */
export type TextThreadData = { readonly threads: number };

export type ToTextThread =
  | { readonly type: 'find'; readonly id: number; readonly grey: Grey }
  | { readonly type: 'close' };

/** Every `find` ends in one of these. `cause` is for the log alone. */
export type FromTextThread =
  | { readonly type: 'found'; readonly id: number; readonly found: readonly FoundText[] }
  | { readonly type: 'failed'; readonly id: number; readonly cause: unknown };
