import { createHmac } from 'node:crypto';
import type { Carrier, Delivery } from './deliveries.ts';

/** Deliveries as HTTP requests to the app, signed as Slack signs them. */
export class EventRequests implements Carrier {
  readonly #url: string;
  readonly #signingSecret: string;
  readonly #now: () => number;

  constructor(url: string, signingSecret: string, now: () => number) {
    this.#url = url;
    this.#signingSecret = signingSecret;
    this.#now = now;
  }

  carry(delivery: Delivery, settle: Parameters<Carrier['carry']>[1]): boolean {
    void this.#request(delivery).then(settle, () => settle({ refused: true, answer: undefined }));
    return true;
  }

  async #request({ type, payload, attempt }: Delivery) {
    const isForm = type !== 'events_api';
    const body =
      type === 'interactive'
        ? new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
        : isForm
          ? new URLSearchParams(payload as Record<string, string>).toString()
          : JSON.stringify(payload);
    const retried = {
      'x-slack-retry-num': String(attempt),
      'x-slack-retry-reason': 'http_timeout',
    };
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: {
        'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
        ...signatureOf(body, this.#signingSecret, this.#now()),
        ...(attempt > 0 ? retried : {}),
      },
      body,
    });
    const text = await response.text();
    return { refused: !response.ok, answer: text };
  }
}

/** Slack's headers for a body; `atMs` by the clock. */
const signatureOf = (body: string, signingSecret: string, atMs: number): Record<string, string> => {
  const timestamp = String(Math.floor(atMs / 1000));
  const digest = createHmac('sha256', signingSecret)
    .update(`v0:${timestamp}:${body}`)
    .digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${digest}` };
};
