const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

/** Slack's limits: calls a minute of a method, and about one message a second in a channel. By the clock that is handed in. */
export class RateLimits {
  readonly #now: () => number;
  readonly #calls = new Map<string, number[]>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts a call. Seconds to wait, when it is one too many; it is then not counted. */
  count(key: string, most: number, windowMs: number): number | undefined {
    const now = this.#now();
    const recent = (this.#calls.get(key) ?? []).filter((at) => now - at < windowMs);
    const [first] = recent;
    this.#calls.set(key, recent);
    if (recent.length >= most && first !== undefined)
      return Math.max(1, Math.ceil((first + windowMs - now) / SECOND_MS));
    recent.push(now);
    return undefined;
  }

  method(method: string, perMinute: number): number | undefined {
    return this.count(method, perMinute, MINUTE_MS);
  }

  /** Bursts of a few are let through, as Slack lets them. */
  post(channel: string): number | undefined {
    return this.count(`post:${channel}`, 5, 5 * SECOND_MS);
  }
}
