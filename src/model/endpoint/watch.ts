import { WetreadError } from '../../errors.ts';

/**
 * The reasons for one request to stop: the asker's signal, a model that closes, a server that takes too long. The first one
 * aborts `signal`, and is its reason.
 */
export class Watch {
  readonly #controller = new AbortController();
  readonly #asked: AbortSignal;
  readonly #follow = (): void => this.stop(this.#asked.reason);
  #timer: NodeJS.Timeout | undefined = undefined;
  #timedOut = false;

  constructor(asked: AbortSignal) {
    this.#asked = asked;
    if (asked.aborted) this.#follow();
    else asked.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** It was the server that took too long, and nobody's wish. */
  get timedOut(): boolean {
    return this.#timedOut;
  }

  stop(reason: unknown): void {
    this.rest();
    this.#controller.abort(reason);
  }

  /** From now on the server has this long to say something. */
  expectWithin(timeoutMs: number): void {
    this.rest();
    const seconds = Math.ceil(timeoutMs / 1000);
    this.#timer = setTimeout(() => {
      this.#timedOut = !this.signal.aborted;
      this.stop(new WetreadError('endpoint-timeout', { seconds }));
    }, timeoutMs);
  }

  /** Nothing is expected: the time until the asker wants more is not the server's. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Ends whatever still runs, and lets go of the asker's signal. */
  end(): void {
    this.#asked.removeEventListener('abort', this.#follow);
    this.stop(new Error('the request is over'));
  }
}
