import { setTimeout as sleep } from 'node:timers/promises';
import type { Fetcher } from '../../core/conversation.ts';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { logFailure } from './explain-failure.ts';
import { readBody } from '../read-body.ts';
import type { Network } from '../network.ts';
import type { SlackApi } from './slack-api.ts';
import { SlackFailure } from './slack-failure.ts';
import { fileAnswer, type SlackFile } from './wire.ts';

/** Slack may still be looking through an upload: it is asked again after these. */
const READY_MS = [500, 1_000, 2_000, 4_000, 8_000] as const;
/** A download that broke off, or was told to wait, is tried again after these. */
const AGAIN_MS = [500, 1_000, 2_000, 4_000] as const;
/** Bytes that are looked at to tell a page from a picture. */
const HEAD_BYTES = 256;
/** A file's address may lead to another one of Slack's. */
const MOST_REDIRECTS = 3;

/** What a download is called beside the API's methods. */
const METHOD = 'download';

/** Hosts that Slack keeps files on. */
const SLACK_HOST = /(?:^|\.)(?:slack\.com|slack-edge\.com|slack-files\.com|slack-gov\.com)$/;

export type FilmFilesOptions = {
  readonly api: SlackApi;
  readonly network: Network;
  readonly token: string;
  readonly apiUrl: string;
  /** Hosts besides Slack's own that may be sent the token. */
  readonly fileHosts: readonly string[];
  readonly logger: Logger;
};

/** Fetches films from Slack, and from nowhere else: the token goes to Slack's hosts alone. */
export const createFilmFetcher = (options: FilmFilesOptions): Fetcher => {
  const { logger } = options;
  return async ({ file = '' }, signal) => {
    try {
      return await fetchReady(options, file, signal);
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error;
      logFailure(logger, 'warn', error, 'a film was not to be had');
      throw new WetreadError(
        error.code === 'missing_scope' ? 'slack-files-scope' : 'film-unavailable',
      );
    }
  };
};

/**
 * The bytes once Slack has them ready. Events may tell of a file by its id alone, before it has an address, or before
 * Slack knows its kind. One without a kind is fetched at once, as it may well be ready, and once more later if it was not.
 */
const fetchReady = async (
  options: FilmFilesOptions,
  file: string,
  signal: AbortSignal,
): Promise<Uint8Array> => {
  const { api } = options;
  for (let tries = 0; ; tries += 1) {
    const call = { repeatable: true, signal };
    const { file: found } = await api.call('files.info', { file }, fileAnswer, call);
    if (found.mode === 'external' || found.is_external === true)
      throw new WetreadError('slack-file-external');
    const isProcessed = urlOf(found) !== undefined && (found.mimetype ?? '') !== '';
    const waitMs = isProcessed ? undefined : READY_MS[tries];
    try {
      return await download(options, addressOf(found), signal);
    } catch (error) {
      const mayComeYet = error instanceof WetreadError && MAY_COME_YET.has(error.code);
      if (!mayComeYet || waitMs === undefined) throw error;
    }
    await sleep(waitMs, undefined, { signal });
  }
};

/** What the download of a file that is not ready may look like: nothing there, or a page in its place. */
const MAY_COME_YET: ReadonlySet<string> = new Set(['film-unavailable', 'slack-files-scope']);

const urlOf = ({ url_private_download, url_private }: SlackFile): string | undefined =>
  url_private_download ?? url_private;

const addressOf = (file: SlackFile): URL => {
  const url = urlOf(file);
  if (url === undefined || !URL.canParse(url)) throw new WetreadError('film-unavailable');
  return new URL(url);
};

const download = async (
  options: FilmFilesOptions,
  address: URL,
  signal: AbortSignal,
): Promise<Uint8Array> => {
  for (let tries = 0; ; tries += 1) {
    try {
      return await downloadOnce(options, address, signal);
    } catch (error) {
      signal.throwIfAborted();
      const waitMs = AGAIN_MS[tries];
      if (!(error instanceof SlackFailure) || waitMs === undefined) throw error;
      await sleep(Math.max(waitMs, error.retryAfterMs), undefined, { signal });
    }
  }
};

/** Fails with a `SlackFailure` when it may succeed the next time. */
const downloadOnce = async (
  options: FilmFilesOptions,
  address: URL,
  signal: AbortSignal,
): Promise<Uint8Array> => {
  let url = address;
  for (let left = MOST_REDIRECTS; ; left -= 1) {
    const response = await request(options, url, signal);
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null)
      return readFilm(response);
    await response.body?.cancel();
    if (left === 0 || !URL.canParse(location, url.href)) throw new WetreadError('film-unavailable');
    url = new URL(location, url);
  }
};

const request = async (
  { network, token, apiUrl, fileHosts }: FilmFilesOptions,
  url: URL,
  signal: AbortSignal,
): Promise<Response> => {
  if (!mayGetToken(url, { apiUrl, fileHosts })) throw new WetreadError('slack-file-external');
  try {
    return await network.fetch(url.href, {
      headers: { authorization: `Bearer ${token}` },
      // Followed by us, so that the token follows to Slack's hosts only.
      redirect: 'manual',
      signal,
    });
  } catch {
    throw new SlackFailure(METHOD, 'unsure', 'no-answer');
  }
};

/** Slack's hosts over TLS, the host of the API address itself, and those that the operator names. */
export const mayGetToken = (
  url: URL,
  { apiUrl, fileHosts }: Pick<FilmFilesOptions, 'apiUrl' | 'fileHosts'>,
): boolean => {
  const api = new URL(apiUrl);
  if (url.host === api.host && url.protocol === api.protocol) return true;
  if (url.protocol !== 'https:' || url.username !== '') return false;
  return SLACK_HOST.test(url.hostname) || fileHosts.includes(url.hostname);
};

/** Without the scope, or before the app is installed again with it, Slack sends its login page, and calls that a success. */
const readFilm = async (response: Response): Promise<Uint8Array> => {
  const isPage = /text\/html/i.test(response.headers.get('content-type') ?? '');
  if (response.status !== 200 || isPage) {
    await response.body?.cancel();
    const { status, headers } = response;
    if (status === 429 || status >= 500) {
      const retryAfterMs = 1_000 * (Number(headers.get('retry-after')) || 0);
      throw new SlackFailure(METHOD, 'limited', `http-${status}`, { retryAfterMs });
    }
    // A page of any other status says that there is no such file.
    if (status === 200 || status === 401 || status === 403)
      throw new WetreadError('slack-files-scope');
    throw new WetreadError('film-unavailable');
  }
  const bytes = await readBody(response, () => new SlackFailure(METHOD, 'unsure', 'no-answer'));
  if (bytes.byteLength === 0) throw new WetreadError('film-unavailable');
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, HEAD_BYTES));
  if (/^[\s\uFEFF\u00EF\u00BB\u00BF]*<(?:!doctype html|html|head)/i.test(head))
    throw new WetreadError('slack-files-scope');
  return bytes;
};
