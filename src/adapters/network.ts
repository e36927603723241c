import { EnvHttpProxyAgent, fetch as fetchOver, type Dispatcher } from 'undici';

export type ProxySettings = {
  /** HTTPS_PROXY; undefined: straight. */
  readonly url: string | undefined;
  /** NO_PROXY: hosts that are reached straight, separated by commas. */
  readonly except: string;
};

/** How a platform is reached: calls, sockets and files alike. */
export type Network = {
  readonly fetch: typeof fetch;
  readonly dispatcher: Dispatcher;
  close(): Promise<void>;
};

/**
 * Through the proxy where one is set: Node 20's own fetch and undici's WebSocket look at neither HTTPS_PROXY nor
 * NO_PROXY by themselves. Both are handed over, so that nothing here reads the environment.
 */
export const createNetwork = ({ url = '', except }: ProxySettings): Network => {
  // One proxy for all: an API address without TLS is a test's or a relay's, and goes the same way.
  const dispatcher = new EnvHttpProxyAgent({ httpProxy: url, httpsProxy: url, noProxy: except });
  const fetchThrough = (input: string | URL, init: object = {}): Promise<unknown> =>
    fetchOver(input, { ...init, dispatcher });
  return {
    fetch: fetchThrough as typeof fetch,
    dispatcher,
    close: () => dispatcher.destroy(),
  };
};
