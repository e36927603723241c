import { verifySlackRequest, type App, type Receiver, type ReceiverEvent } from '@slack/bolt';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { WetreadError } from '../../errors.ts';
import type { HttpAdapter } from '../http.ts';

/** Slack's requests are a few kilobytes; a modal's state or a long message is some more. */
const BODY_LIMIT_BYTES = 512 * 1024;
/** Slack gives up after three seconds; what is not acknowledged by then comes again. */
const ANSWER_MS = 2_900;

export const SLACK_ROUTE = '/slack/events';

const challengeBody = z.object({ type: z.literal('url_verification'), challenge: z.string() });

/** Slack's requests on our own HTTP server: events, presses and commands at one address, told by their signature. */
export class HttpReceiver implements Receiver {
  readonly adapter: HttpAdapter = {
    name: 'slack',
    access: 'anyone',
    register: async (app) => this.#register(app),
  };
  readonly #signingSecret: string;
  /** Milliseconds since the epoch. */
  readonly #now: () => number;
  #app: App | undefined;
  #open = false;
  readonly #onUnsigned: () => void;
  /** Whoever has the address could fill the log: it is told once, until Slack itself is heard. */
  #toldUnsigned = false;

  constructor(signingSecret: string, now: () => number, onUnsigned: () => void) {
    this.#signingSecret = signingSecret;
    this.#now = now;
    this.#onUnsigned = onUnsigned;
  }

  init(app: App): void {
    this.#app = app;
  }

  async start(): Promise<void> {
    this.#open = true;
  }

  async stop(): Promise<void> {
    this.#open = false;
  }

  #register(app: FastifyInstance): void {
    // The signature is of the bytes as they came.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      '*',
      { parseAs: 'string', bodyLimit: BODY_LIMIT_BYTES },
      (_request, body, done) => done(null, body),
    );
    app.post(SLACK_ROUTE, { bodyLimit: BODY_LIMIT_BYTES }, (request, reply) =>
      this.#receive(request, reply),
    );
  }

  async #receive(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const raw = typeof request.body === 'string' ? request.body : '';
    this.#verify(request, raw);
    const body = readBody(raw, request.headers['content-type']);
    const challenge = challengeBody.safeParse(body);
    if (challenge.success) return reply.type('text/plain').send(challenge.data.challenge);
    if (body['ssl_check'] !== undefined) return reply.send('');
    if (!this.#open || this.#app === undefined) throw new WetreadError('not-ready');
    const answer = await this.#process(this.#app, body, request);
    if (answer === undefined) throw new WetreadError('store-failed');
    return typeof answer === 'object' ? reply.send(answer) : reply.type('text/plain').send(answer);
  }

  #verify({ headers }: FastifyRequest, body: string): void {
    const signature = headers['x-slack-signature'];
    const timestamp = Number(headers['x-slack-request-timestamp']);
    try {
      if (typeof signature !== 'string' || !Number.isInteger(timestamp))
        throw new Error('unsigned');
      verifySlackRequest({
        signingSecret: this.#signingSecret,
        body,
        headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp },
        nowMilliseconds: this.#now(),
      });
      this.#toldUnsigned = false;
    } catch {
      if (!this.#toldUnsigned) this.#onUnsigned();
      this.#toldUnsigned = true;
      throw new WetreadError('slack-signature');
    }
  }

  /** Resolves to what it was acknowledged with; undefined: it was not, and Slack is to deliver it again. */
  #process(
    app: App,
    body: Record<string, unknown>,
    { headers }: FastifyRequest,
  ): Promise<string | object | undefined> {
    const retryNum = Number(headers['x-slack-retry-num']);
    const retryReason = headers['x-slack-retry-reason'];
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), ANSWER_MS);
      const end = (answer: string | object | undefined): void => {
        clearTimeout(timer);
        resolve(answer);
      };
      const event: ReceiverEvent = {
        body,
        ack: async (answer?: string | object) => end(answer ?? ''),
        ...(Number.isInteger(retryNum) ? { retryNum } : {}),
        ...(typeof retryReason === 'string' ? { retryReason } : {}),
      };
      app.processEvent(event).then(
        () => end(undefined),
        () => end(undefined),
      );
    });
  }
}

/** Events are JSON; presses are JSON in a field of a form; commands are forms. */
const readBody = (raw: string, contentType: string | undefined): Record<string, unknown> => {
  try {
    if (contentType?.startsWith('application/x-www-form-urlencoded') === true) {
      const form = Object.fromEntries(new URLSearchParams(raw));
      return form['payload'] === undefined ? form : readObject(form['payload']);
    }
    return readObject(raw);
  } catch {
    throw new WetreadError('request-invalid', { problem: 'it is not a request of Slack' });
  }
};

const readObject = (json: string): Record<string, unknown> =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(json));
