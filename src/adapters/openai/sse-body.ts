import { PassThrough, type Readable } from 'node:stream';

/** Under the half minute after which proxies cut a silent connection. */
const KEEP_ALIVE_MS = 15_000;

/**
 * A body of server-sent events as OpenAI's clients read them: JSON after "data: ", and "[DONE]". While nothing is to be
 * told a comment line keeps the connection open.
 *
 * A client that reads slowly holds up nobody: what it has not read yet waits here, and an answer is a few kilobytes, with
 * an annotated film some megabytes.
 */
export class SseBody {
  readonly #body = new PassThrough();
  readonly #keepAlive: NodeJS.Timeout;

  constructor() {
    this.#keepAlive = setInterval(() => this.#body.write(': waiting\n\n'), KEEP_ALIVE_MS);
    this.#body.once('close', () => clearInterval(this.#keepAlive));
  }

  get readable(): Readable {
    return this.#body;
  }

  send(event: object): void {
    this.#write(`data: ${JSON.stringify(event)}\n\n`);
  }

  /** A whole answer ends so; one that broke off ends without. */
  done(): void {
    this.#write('data: [DONE]\n\n');
  }

  end(): void {
    clearInterval(this.#keepAlive);
    this.#body.end();
  }

  #write(text: string): void {
    if (!this.#body.destroyed && !this.#body.writableEnded) this.#body.write(text);
  }
}
