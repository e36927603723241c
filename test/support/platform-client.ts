import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, fetch } from 'undici';
import { WetreadError } from '../../src/errors.ts';
import type { Delivery, OwnPart, Post } from './platform-record.ts';

/** What a bot asks of the scripted platform. Everything is tried until it succeeds, unless it says otherwise. */
export type PlatformClient = {
  /** What people say, as it comes; ends when the platform closes the connection or `signal` aborts. */
  readonly deliveries: (signal: AbortSignal) => AsyncIterable<Delivery>;
  readonly acknowledge: (delivery: string) => Promise<void>;
  /** Tries once: a failure does not say whether it was posted. */
  readonly post: (post: Post) => Promise<{ readonly id: string }>;
  /** False: the part is gone. */
  readonly edit: (id: string, text: string) => Promise<boolean>;
  readonly delete: (id: string) => Promise<void>;
  /** The bot's own parts in a thread, oldest first. */
  readonly own: (thread: string) => Promise<readonly OwnPart[]>;
  /** Fails with `film-unavailable` when it does not come in a few tries. */
  readonly film: (name: string) => Promise<Uint8Array>;
};

const RETRY_MS = 10;
const FILM_TRIES = 4;

/** A bot that has much to say waits for its turn: a connection for each request would drown the platform. */
const CONNECTIONS = 16;

export const connectToPlatform = (url: string): PlatformClient => {
  const dispatcher = new Agent({ connections: CONNECTIONS });
  /** undefined: no such thing there. Throws when it failed or nobody knows. */
  const ask = async <Answer>(path: string, body: unknown): Promise<Answer | undefined> => {
    const response = await fetch(`${url}/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      dispatcher,
    });
    const text = await response.text();
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return JSON.parse(text) as Answer;
  };

  const insist = async <Answer>(
    path: string,
    body: unknown,
    tries = Infinity,
  ): Promise<Answer | undefined> => {
    for (let left = tries; ; left -= 1) {
      try {
        return await ask<Answer>(path, body);
      } catch (error) {
        if (left <= 1) throw error;
        await sleep(RETRY_MS);
      }
    }
  };

  return {
    deliveries: (signal) => readDeliveries(url, signal),
    acknowledge: async (delivery) => void (await insist('acknowledge', { delivery })),
    post: async (post) => {
      const posted = await ask<{ id: string }>('post', post);
      if (posted === undefined) throw new Error('the platform does not post');
      return posted;
    },
    edit: async (id, text) => (await insist('edit', { id, text })) !== undefined,
    delete: async (id) => void (await insist('delete', { id })),
    own: async (thread) => (await insist<OwnPart[]>('own', { thread })) ?? [],
    film: async (name) => {
      const film = await insist<{ name: string }>('film', { name }, FILM_TRIES).catch(
        () => undefined,
      );
      if (film === undefined) throw new WetreadError('film-unavailable');
      return new TextEncoder().encode(film.name);
    },
  };
};

async function* readDeliveries(url: string, signal: AbortSignal): AsyncGenerator<Delivery> {
  const response = await fetch(`${url}/deliveries`, { signal });
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as Delivery;
  }
}
