/** What the conversation keeps, and for how long. Plain JSON under a namespace and a key; implemented in `src/state/`. */
export type Namespace =
  /** What was said: written once, when it is taken. */
  | 'turns'
  /** What became of it: parts posted, the reply. Written by the turn's owner alone. */
  | 'progress'
  | 'threads'
  | 'feedback'
  /** How far each channel of a platform was read: ids alone. */
  | 'bookmarks'
  /** Teaching cases: their films' facts, hidden readings, keys and answers (`core/teaching`). */
  | 'cases';

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

export interface Records {
  /** undefined: never written, deleted, or past its time. Fails with `record-damaged` when it cannot be read back. */
  get(namespace: Namespace, key: string): Promise<Json | undefined>;
  /** Resolves once it outlives this process. Fails with `disk-full` or `store-failed`; then nothing has changed. */
  set(namespace: Namespace, key: string, value: Json, ttlMs: number): Promise<void>;
  delete(namespace: Namespace, key: string): Promise<void>;
  /** Every key that is not past its time, in no order. For sweeps and exports, never on the way of a message. */
  keys(namespace: Namespace): AsyncIterable<string>;
}
