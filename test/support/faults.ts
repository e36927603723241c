/** What goes wrong with a call. */
export type Fault =
  /** 429 and `Retry-After`; nothing done. */
  | { readonly kind: 'rate-limited'; readonly retryAfterS: number }
  /** `ok: false`; nothing done. */
  | { readonly kind: 'error'; readonly error: string }
  /** A status of some proxy or broken server; nothing done. */
  | { readonly kind: 'status'; readonly status: number }
  /** The connection ends without an answer. `done`: but what was asked has been done. */
  | { readonly kind: 'cut'; readonly done: boolean }
  /** Done at once, answered late. */
  | { readonly kind: 'slow'; readonly ms: number };

type Planned = { readonly fault: Fault; times: number };

/** Faults that are planned by method; `upload` and `download` stand for the file host. */
export class Faults {
  readonly #planned = new Map<string, Planned[]>();

  plan(method: string, fault: Fault, times: number): void {
    const planned = this.#planned.get(method) ?? [];
    planned.push({ fault, times });
    this.#planned.set(method, planned);
  }

  /** The fault of this call, which is spent with it. `*` is of every method. */
  next(method: string): Fault | undefined {
    for (const key of [method, '*']) {
      const planned = this.#planned.get(key)?.find(({ times }) => times > 0);
      if (planned === undefined) continue;
      planned.times -= 1;
      return planned.fault;
    }
    return undefined;
  }

  left(method: string): number {
    return (this.#planned.get(method) ?? []).reduce((sum, { times }) => sum + times, 0);
  }
}
