import { isLoopback } from '../adapters/http-guard.ts';
import type { Config } from '../config.ts';

/** Beyond this machine there is no page and no API without a key; what has a signature of its own is served all the same. */
export const servesPage = ({ http, api }: Pick<Config, 'http' | 'api'>): boolean =>
  http.on && (api.keys.length > 0 || isLoopback(http.host));

export const NO_KEY =
  'HOST lets others in and API_KEYS is not set, so the page and the API are not served';
