import type { App, Receiver, ReceiverEvent } from '@slack/bolt';

/**
 * A receiver that acknowledges events only after they are journalled. Bolt itself acknowledges them before its
 * listeners run; here the app sees an event whose acknowledgement has been made. What fails to be journalled is not
 * acknowledged, so Slack delivers it again. Commands, actions and modals keep their own acknowledgement.
 */
export class JournallingReceiver implements Receiver {
  readonly #inner: Receiver;
  readonly #journal: (body: unknown) => Promise<void>;
  readonly #onFailure: (error: unknown) => void;

  constructor(
    inner: Receiver,
    journal: (body: unknown) => Promise<void>,
    onFailure: (error: unknown) => void,
  ) {
    this.#inner = inner;
    this.#journal = journal;
    this.#onFailure = onFailure;
  }

  init(app: App): void {
    const processEvent = (event: ReceiverEvent): Promise<void> => this.#process(app, event);
    // Receivers use nothing else of the app.
    this.#inner.init({ processEvent } as App);
  }

  start(...args: unknown[]): Promise<unknown> {
    return this.#inner.start(...args);
  }

  stop(...args: unknown[]): Promise<unknown> {
    return this.#inner.stop(...args);
  }

  async #process(app: App, event: ReceiverEvent): Promise<void> {
    try {
      if (event.body['type'] !== 'event_callback') return await app.processEvent(event);
      await this.#journal(event.body);
      await event.ack();
      return await app.processEvent({ ...event, ack: async () => undefined });
    } catch (error) {
      this.#onFailure(error);
      return undefined;
    }
  }
}
