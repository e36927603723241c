import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';

/** Under the half minute after which proxies cut a silent connection. */
const KEEP_ALIVE_MS = 15_000;
/** How long a browser waits before it opens a cut stream again. */
const RETRY_MS = 1_000;

export type EventStreamOptions<Event> = {
  /** Begins the events; the signal aborts when nobody listens any more. */
  readonly open: (signal: AbortSignal) => AsyncIterable<Event>;
  /**
   * What is told when the events break off; it is the last one. undefined: nothing, so that the browser opens the
   * stream again, and finds the rest when the server is back.
   */
  readonly toFailure: (error: unknown) => Event | undefined;
  /** Ends the body when the server closes. */
  readonly closing: AbortSignal;
};

/**
 * Events as a body of server-sent events (WHATWG HTML, 9.2). They have no `id`: what is replayed of a reply that has
 * ended has other events than the reply had while it was made, so a browser that reconnects gets them all again.
 */
export const streamEvents = <Event>(options: EventStreamOptions<Event>): Readable => {
  const { open, toFailure, closing } = options;
  const body = new PassThrough();
  const left = new AbortController();
  const keepAlive = setInterval(() => body.write(': waiting\n\n'), KEEP_ALIVE_MS);
  const end = (): void => {
    clearInterval(keepAlive);
    closing.removeEventListener('abort', end);
    left.abort();
    body.end();
  };
  closing.addEventListener('abort', end, { once: true });
  body.once('close', end);
  // Written at once: the browser learns that the stream is open before there is anything to tell.
  body.write(`retry: ${RETRY_MS}\n\n`);

  const write = async (event: Event): Promise<void> => {
    if (left.signal.aborted) return;
    const room = body.write(`data: ${JSON.stringify(event)}\n\n`);
    if (!room) await once(body, 'drain', { signal: left.signal });
  };
  const pump = async (): Promise<void> => {
    try {
      for await (const event of open(left.signal)) await write(event);
    } catch (error) {
      const failure = left.signal.aborted ? undefined : toFailure(error);
      if (failure !== undefined) await write(failure).catch(() => undefined);
    } finally {
      end();
    }
  };
  void pump();
  return body;
};
