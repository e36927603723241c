/** Calls of a channel that are left for what cannot be left out: the ends of replies. */
const KEPT = 2;
/** Channels that are remembered at the same time. */
const MOST = 5_000;

const CHANNEL = /\/channels\/(\d+)\/messages/;

/** How much room a channel's buckets have, as the headers of answers told: sends and edits go by the same ones. */
export class ChannelPace {
  readonly #now: () => number;
  readonly #buckets = new Map<string, { readonly left: number; readonly until: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** An answer came, whose headers say what is left and for how long. */
  heard(url: string, headers: Headers): void {
    const channel = CHANNEL.exec(url)?.[1];
    const left = Number(headers.get('x-ratelimit-remaining') ?? Number.NaN);
    const resetS = Number(headers.get('x-ratelimit-reset-after') ?? Number.NaN);
    if (channel === undefined || Number.isNaN(left) || Number.isNaN(resetS)) return;
    if (this.#buckets.size >= MOST) this.#buckets.clear();
    this.#buckets.set(channel, { left, until: this.#now() + 1_000 * resetS });
  }

  /** Whether a call that can be left out may be made now: drafts, not ends of replies. */
  hasSpare(channel: string): boolean {
    const bucket = this.#buckets.get(channel);
    return bucket === undefined || bucket.left >= 1 + KEPT || this.#now() >= bucket.until;
  }
}
