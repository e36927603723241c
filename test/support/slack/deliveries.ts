import { randomUUID } from 'node:crypto';
import type { Json } from './workspace.ts';

/** What Slack tells an app about. */
export type DeliveryType = 'events_api' | 'interactive' | 'slash_commands';

export type Delivery = {
  readonly id: string;
  readonly type: DeliveryType;
  readonly payload: Json;
  /** The type of the event, of the interaction, or the command. */
  readonly kind: string;
  attempt: number;
  readonly reason: string | undefined;
  state: 'waiting' | 'sent' | 'acknowledged' | 'given-up';
  /** What the app said with its acknowledgement. */
  answer: unknown;
};

/** How a delivery reaches the app. */
export interface Carrier {
  /** False: nobody is there to take it. `settle` is called later, at most once: with what was answered, or `refused`. */
  carry(
    delivery: Delivery,
    settle: (outcome: { readonly refused: boolean; readonly answer: unknown }) => void,
  ): boolean;
}

export type DeliveriesOptions = {
  /** A delivery that is not acknowledged by then is sent again: 3 s with Slack. */
  readonly acknowledgeMs: number;
  /** Before each further attempt: at once, a minute, five minutes with Slack. */
  readonly retryMs: readonly number[];
  readonly schedule: (ms: number, work: () => void) => void;
  readonly onChange: () => void;
};

/** Sends what happens to the app until it is acknowledged, and gives up after the last retry. Only events are sent again. */
export class Deliveries {
  readonly all: Delivery[] = [];
  readonly #options: DeliveriesOptions;
  #carrier: Carrier | undefined;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  set carrier(carrier: Carrier) {
    this.#carrier = carrier;
    this.flush();
  }

  send(type: DeliveryType, kind: string, payload: Json, retry?: Delivery): Delivery {
    const delivery: Delivery = {
      id: randomUUID(),
      type,
      kind,
      payload,
      attempt: retry === undefined ? 0 : retry.attempt + 1,
      reason: retry === undefined ? undefined : 'timeout',
      state: 'waiting',
      answer: undefined,
    };
    this.all.push(delivery);
    this.#attempt(delivery);
    return delivery;
  }

  /** Sends once more what was sent before, acknowledged or not. */
  repeat(delivery: Delivery): Delivery {
    return this.send(delivery.type, delivery.kind, delivery.payload, delivery);
  }

  /** Hands over what waited for somebody to connect. */
  flush(): void {
    for (const delivery of this.all) if (delivery.state === 'waiting') this.#attempt(delivery);
  }

  /** Deliveries whose fate is open. */
  get open(): number {
    return this.all.filter(({ state }) => state === 'waiting' || state === 'sent').length;
  }

  #attempt(delivery: Delivery): void {
    const carried = this.#carrier?.carry(delivery, ({ refused, answer }) => {
      if (delivery.state !== 'sent') return;
      if (refused) this.#retry(delivery);
      else {
        delivery.state = 'acknowledged';
        delivery.answer = answer;
        this.#options.onChange();
      }
    });
    if (carried !== true) return;
    delivery.state = 'sent';
    this.#options.schedule(this.#options.acknowledgeMs, () => {
      if (delivery.state === 'sent') this.#retry(delivery);
    });
  }

  #retry(delivery: Delivery): void {
    const wait = this.#options.retryMs[delivery.attempt];
    delivery.state = 'given-up';
    this.#options.onChange();
    if (wait === undefined || delivery.type !== 'events_api') return;
    this.#options.schedule(wait, () => {
      this.repeat(delivery);
    });
  }
}
