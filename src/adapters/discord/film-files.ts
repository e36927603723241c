import { Routes, type APIMessage } from 'discord.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fetcher } from '../../core/conversation.ts';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { readBody } from '../read-body.ts';
import type { Network } from '../network.ts';
import type { DiscordApi } from './discord-api.ts';
import { CODES, DiscordFailure, hasCode } from './discord-failure.ts';
import type { FilmLinks } from './film-links.ts';
import { attachmentsOf } from './message-films.ts';

/** A download that broke off, or was told to wait, is tried again after these. */
const AGAIN_MS = [500, 1_000, 2_000, 4_000] as const;
/** Discord sends files straight; a relay may lead on to another of the same hosts. */
const MOST_REDIRECTS = 2;
const DISCORD_HOSTS: ReadonlySet<string> = new Set(['cdn.discordapp.com', 'media.discordapp.net']);
/** What a download is called beside the API's calls. */
const CALL = 'download';

export type FilmFilesOptions = {
  readonly api: DiscordApi;
  readonly network: Network;
  readonly apiUrl: string;
  /** Hosts besides Discord's own. */
  readonly cdnHosts: readonly string[];
  readonly links: FilmLinks;
  /** Discord shows us what people write without a mention. */
  readonly mayReadMessages: () => boolean;
  readonly logger: Logger;
};

/** Fetches films from Discord's hosts, and from nowhere else. No token goes along: the links are signed. */
export class FilmFiles {
  readonly #options: FilmFilesOptions;

  constructor(options: FilmFilesOptions) {
    this.#options = options;
  }

  readonly fetch: Fetcher = async ({ channel = '', message = '', attachment = '' }, signal) => {
    const { links, logger } = this.#options;
    try {
      const told = links.take(attachment);
      const bytes = told === undefined ? undefined : await this.#tryLink(told, signal);
      if (bytes !== undefined) return bytes;
      // A link expires; asked for again, the message has a fresh one.
      return await this.#download(await this.#linkOf(channel, message, attachment, signal), signal);
    } catch (error) {
      if (!(error instanceof DiscordFailure)) throw error;
      logger.warn({ call: error.call, code: error.code }, 'a film was not to be had');
      throw new WetreadError('film-unavailable');
    }
  };

  /** The bytes behind a link of Discord's. Fails with a `WetreadError`. */
  async fetchLink(link: string, signal: AbortSignal): Promise<Uint8Array> {
    try {
      return await this.#download(link, signal);
    } catch (error) {
      if (error instanceof DiscordFailure) throw new WetreadError('film-unavailable');
      throw error;
    }
  }

  /** Fails with a `DiscordFailure` or a `WetreadError`. */
  async #download(link: string, signal: AbortSignal): Promise<Uint8Array> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.#downloadOnce(link, signal);
      } catch (error) {
        signal.throwIfAborted();
        const waitMs = AGAIN_MS[tries];
        const isHopeless = !(error instanceof DiscordFailure) || error.kind === 'refused';
        if (isHopeless || waitMs === undefined) throw error;
        await sleep(waitMs, undefined, { signal });
      }
    }
  }

  /** undefined: it leads nowhere any more. */
  async #tryLink(link: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    try {
      return await this.#download(link, signal);
    } catch (error) {
      if (error instanceof DiscordFailure) return undefined;
      throw error;
    }
  }

  async #linkOf(
    channel: string,
    message: string,
    attachment: string,
    signal: AbortSignal,
  ): Promise<string> {
    const { api, mayReadMessages } = this.#options;
    try {
      const route = Routes.channelMessage(channel, message);
      const found = await api.call<APIMessage>('GET', route, { signal });
      const film = attachmentsOf(found).find(({ id }) => id === attachment);
      if (film !== undefined) return film.url;
      // Without the intent Discord leaves out what a message holds.
      throw new WetreadError(mayReadMessages() ? 'film-unavailable' : 'discord-content');
    } catch (error) {
      if (hasCode(error, CODES.unknownMessage, CODES.unknownChannel))
        throw new WetreadError('film-unavailable');
      throw error;
    }
  }

  async #downloadOnce(link: string, signal: AbortSignal): Promise<Uint8Array> {
    let url = this.#allowed(link);
    for (let left = MOST_REDIRECTS; ; left -= 1) {
      const response = await this.#request(url, signal);
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || location === null)
        return readFilm(response);
      await response.body?.cancel();
      if (left === 0) throw new WetreadError('film-unavailable');
      url = this.#allowed(new URL(location, url).href);
    }
  }

  async #request(url: URL, signal: AbortSignal): Promise<Response> {
    try {
      return await this.#options.network.fetch(url.href, { redirect: 'manual', signal });
    } catch {
      throw new DiscordFailure(CALL, 'unsure', 'no-answer');
    }
  }

  #allowed(link: string): URL {
    const { apiUrl, cdnHosts } = this.#options;
    const url = URL.canParse(link) ? new URL(link) : undefined;
    if (url === undefined || !isFilmHost(url, { apiUrl, cdnHosts }))
      throw new WetreadError('discord-file-external');
    return url;
  }
}

/** Discord's hosts over TLS, the host of the API address itself, and those that the operator names. */
export const isFilmHost = (
  url: URL,
  { apiUrl, cdnHosts }: Pick<FilmFilesOptions, 'apiUrl' | 'cdnHosts'>,
): boolean => {
  const api = new URL(apiUrl);
  if (url.host === api.host && url.protocol === api.protocol) return true;
  if (url.username !== '' || url.password !== '') return false;
  if (cdnHosts.includes(url.hostname) || cdnHosts.includes(url.host)) return true;
  return url.protocol === 'https:' && url.port === '' && DISCORD_HOSTS.has(url.hostname);
};

const readFilm = async (response: Response): Promise<Uint8Array> => {
  const { status } = response;
  if (status !== 200) {
    await response.body?.cancel();
    const isBusy = status === 429 || status >= 500;
    throw new DiscordFailure(CALL, isBusy ? 'limited' : 'refused', `http-${status}`, status);
  }
  return readBody(response, () => new DiscordFailure(CALL, 'unsure', 'no-answer'));
};
