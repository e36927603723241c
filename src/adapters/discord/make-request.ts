import type { RESTOptions } from 'discord.js';
import { FormData as OwnFormData } from 'undici';
import type { Network } from '../network.ts';

/** How discord.js makes its requests: over the network that everything of ours goes over, proxies included. */
export const createMakeRequest =
  (
    network: Network,
    onHeaders: (url: string, headers: Headers) => void = () => undefined,
  ): RESTOptions['makeRequest'] =>
  async (url, { method, headers, body, signal }) => {
    const init = { method, headers, body: ownForm(body), signal, duplex: 'half' };
    const response = await network.fetch(url, init as RequestInit);
    onHeaders(url, response.headers);
    return response as unknown as Awaited<ReturnType<RESTOptions['makeRequest']>>;
  };

/** A form of Node's own class is a stranger to the library's fetch, which would send its name. */
const ownForm = (body: unknown): unknown => {
  if (!(body instanceof FormData)) return body;
  const form = new OwnFormData();
  for (const [name, value] of body.entries()) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value, value.name);
  }
  return form;
};
