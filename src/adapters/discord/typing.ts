import { Routes } from 'discord.js';
import type { DiscordApi } from './discord-api.ts';
import { DiscordFailure } from './discord-failure.ts';

/** Discord shows it for ten seconds. */
const RENEW_MS = 8_000;

/** "Wetread is typing…" while a reply is made: nothing waits for it, and no failure of it matters. */
export class Typing {
  readonly #api: DiscordApi;
  readonly #channel: string;
  #timer: NodeJS.Timeout | undefined;

  constructor(api: DiscordApi, channel: string) {
    this.#api = api;
    this.#channel = channel;
  }

  show(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#tell(), RENEW_MS).unref();
    this.#tell();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #tell(): void {
    const route = Routes.channelTyping(this.#channel);
    this.#api.call('POST', route, { patienceMs: 0 }).catch((error: unknown) => {
      // Refused once, it would be refused each time.
      if (error instanceof DiscordFailure && error.kind === 'refused') this.end();
    });
  }
}
