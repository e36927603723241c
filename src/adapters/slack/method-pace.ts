/**
 * Calls a minute that Slack lets an app make of a method in a workspace, by the method's tier, where we make calls
 * that can be left out. Source: the tiers of docs.slack.dev/apis/web-api/rate-limits.
 */
const PER_MINUTE: Readonly<Record<string, number>> = {
  'chat.startStream': 20,
  'chat.appendStream': 100,
  'chat.update': 50,
  'assistant.threads.setStatus': 50,
  'agents.sessions.setStatus': 50,
  'chat.postMessage': 60,
};
const OTHERS_PER_MINUTE = 50;

/** This share of a method's calls is kept for those that cannot be left out: the ends of replies. */
const KEPT = 0.3;
const MINUTE_MS = 60_000;

/** How fast each method may be called, in each channel where that counts: what Slack has told us, and what we reckon. */
export class MethodPace {
  readonly #now: () => number;
  readonly #buckets = new Map<string, { left: number; at: number }>();
  readonly #limitedUntil = new Map<string, number>();
  /** When the last of those who wait for a limited method may call. */
  readonly #lastTurn = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether a call that can be left out may be made now: drafts and statuses, not ends of replies. */
  hasSpare(method: string): boolean {
    if (this.waitMs(method) > 0) return false;
    return this.#bucket(method).left >= 1 + KEPT * perMinute(method);
  }

  /** A call is made. */
  count(method: string): void {
    const bucket = this.#bucket(method);
    bucket.left = Math.max(0, bucket.left - 1);
  }

  /** Slack said: not before `ms` from now. Everybody who calls the method waits, so that nobody runs into it again. */
  limit(method: string, ms: number): void {
    this.#limitedUntil.set(method, this.#now() + ms);
  }

  /** Milliseconds until the method may be called again. */
  waitMs(method: string): number {
    return Math.max(0, (this.#limitedUntil.get(method) ?? 0) - this.#now());
  }

  /** Milliseconds until whoever has to call it may: one after the other, so that they do not all run into it again. */
  takeTurn(method: string): number {
    const now = this.#now();
    const free = now + this.waitMs(method);
    const turn = Math.max(free, (this.#lastTurn.get(method) ?? 0) + MINUTE_MS / perMinute(method));
    this.#lastTurn.set(method, turn);
    return turn - now;
  }

  #bucket(method: string): { left: number; at: number } {
    const most = perMinute(method);
    const now = this.#now();
    const { left, at } = this.#buckets.get(method) ?? { left: most, at: now };
    const bucket = { left: Math.min(most, left + ((now - at) * most) / MINUTE_MS), at: now };
    this.#buckets.set(method, bucket);
    return bucket;
  }
}

/** Slack limits messages by their channel; everything else by the method alone. */
export const paceKey = (method: string, { channel }: Readonly<Record<string, unknown>>): string =>
  method === 'chat.postMessage' ? `${method} ${String(channel)}` : method;

const perMinute = (key: string): number =>
  PER_MINUTE[key.split(' ', 1)[0] ?? key] ?? OTHERS_PER_MINUTE;
