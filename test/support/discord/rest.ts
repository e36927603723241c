import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault, Faults } from '../faults.ts';
import { Refusal, type Context, type Request, type Route } from './route.ts';

export type Call = {
  /** "POST /channels/:id/messages". */
  readonly call: string;
  readonly path: string;
  readonly body: unknown;
  /** A status of ours, a code of Discord's, or what went wrong with it. */
  readonly outcome: string;
};

export type RestOptions = {
  readonly context: Context;
  readonly routes: readonly Route[];
  readonly faults: Faults;
  readonly token: () => string;
  /** Five sends and edits of a channel in five seconds; else nearly none is limited. */
  readonly rateLimits: () => boolean;
  readonly sleep: (ms: number) => Promise<unknown>;
};

const BUCKET = { limit: 5, ms: 5_000 };
const FREE = 1_000;

/** The REST API: who asks, how often, and what the routes make of it. */
export class Rest {
  readonly #options: RestOptions;
  readonly #buckets = new Map<string, { left: number; until: number }>();
  readonly calls: Call[] = [];
  readonly #before = new Map<string, () => void>();

  constructor(options: RestOptions) {
    this.#options = options;
  }

  /** Something happens just before each call of this kind. */
  before(call: string, work: () => void): void {
    this.#before.set(call, work);
  }

  async serve(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(path, 'http://discord');
    const { routes, faults, sleep, context } = this.#options;
    const method = request.method ?? 'GET';
    const found = routes
      .map((route) => ({ route, ids: idsIn(route, method, pathname) }))
      .find(({ ids }) => ids !== undefined);
    const call = found === undefined ? `${method} ${pathname}` : found.route.call;
    const bytes = await readBytes(request);
    if (bytes === undefined) return;
    const asked = await parse(request, bytes);
    const record = (outcome: string): void => {
      this.calls.push({ call, path: pathname, body: asked.body, outcome });
      context.world.changed();
    };
    this.#before.get(call)?.();
    const fault = faults.next(call);
    if (fault !== undefined && !isDone(fault)) {
      record(fault.kind);
      this.#fail(fault, response);
      return;
    }
    const headers = this.#bucket(call, pathname);
    if (headers.limited !== undefined) {
      record('limited');
      limit(response, headers.limited, headers.headers);
      return;
    }
    let outcome: { readonly status: number; readonly body: unknown };
    try {
      if (found?.ids === undefined) throw new Refusal(404, 0);
      if (found.route.anonymous !== true && !this.#isAllowed(request)) throw new Refusal(401, 0);
      const answer = found.route.answer({ ids: found.ids, query: searchParams, ...asked }, context);
      outcome = { status: answer === undefined ? 204 : 200, body: answer };
      record(String(outcome.status));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      outcome = { status: error.status, body: { code: error.code, message: 'Refused' } };
      record(String(error.code));
    }
    if (fault?.kind === 'cut') return void request.socket.destroy();
    if (fault?.kind === 'slow') await sleep(fault.ms);
    response.writeHead(outcome.status, { 'content-type': 'application/json', ...headers.headers });
    response.end(outcome.body === undefined ? undefined : JSON.stringify(outcome.body));
  }

  #isAllowed(request: IncomingMessage): boolean {
    return request.headers.authorization === `Bot ${this.#options.token()}`;
  }

  #fail(fault: Fault, response: ServerResponse): void {
    if (fault.kind === 'rate-limited') return limit(response, 1_000 * fault.retryAfterS, {});
    if (fault.kind === 'status') return void response.writeHead(fault.status).end('<html></html>');
    if (fault.kind === 'error') {
      const code = Number(fault.error);
      const status = code === 0 ? 401 : code < 20_000 ? 404 : code < 51_000 ? 403 : 400;
      response.writeHead(status, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ code, message: 'Refused' }));
    }
    response.socket?.destroy();
    return undefined;
  }

  /** Sends and edits of a channel share a bucket. */
  #bucket(
    call: string,
    path: string,
  ): { readonly headers: Record<string, string>; readonly limited: number | undefined } {
    const now = this.#options.context.world.now();
    const channel = /^\/channels\/(\d+)\/messages/.exec(path)?.[1];
    const isMessage = channel !== undefined && /^(?:POST|PATCH)/.test(call);
    const most = isMessage && this.#options.rateLimits() ? BUCKET.limit : FREE;
    const key = isMessage ? `messages ${channel}` : `${call} ${channel ?? ''}`;
    const there = this.#buckets.get(key);
    const bucket =
      there === undefined || now >= there.until ? { left: most, until: now + BUCKET.ms } : there;
    this.#buckets.set(key, bucket);
    const isOver = bucket.left === 0;
    bucket.left = Math.max(0, bucket.left - 1);
    const resetMs = Math.max(0, bucket.until - now);
    return {
      headers: {
        'x-ratelimit-bucket': isMessage ? 'messages' : call.replaceAll(/\W/g, ''),
        'x-ratelimit-limit': String(most),
        'x-ratelimit-remaining': String(bucket.left),
        'x-ratelimit-reset': String(bucket.until / 1_000),
        'x-ratelimit-reset-after': String(resetMs / 1_000),
      },
      limited: isOver ? resetMs : undefined,
    };
  }
}

const limit = (
  response: ServerResponse,
  ms: number,
  headers: Readonly<Record<string, string>>,
): void => {
  const after = String(ms / 1_000);
  response.writeHead(429, {
    'content-type': 'application/json',
    ...headers,
    'retry-after': after,
    'x-ratelimit-scope': 'user',
  });
  response.end(
    JSON.stringify({
      message: 'You are being rate limited.',
      retry_after: ms / 1_000,
      global: false,
    }),
  );
};

const isDone = (fault: Fault): boolean =>
  fault.kind === 'slow' || (fault.kind === 'cut' && fault.done);

const idsIn = (
  { call }: Route,
  method: string,
  path: string,
): Readonly<Record<string, string>> | undefined => {
  const [verb, pattern = ''] = call.split(' ');
  if (verb !== method) return undefined;
  const want = pattern.split('/');
  const got = path.split('/');
  if (want.length !== got.length) return undefined;
  const ids: Record<string, string> = {};
  for (const [at, piece] of want.entries()) {
    if (piece.startsWith(':')) ids[piece.slice(1)] = decodeURIComponent(got[at] ?? '');
    else if (piece !== got[at]) return undefined;
  }
  return ids;
};

/** undefined: whoever sent it is gone. */
const readBytes = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
};

const parse = async (
  request: IncomingMessage,
  bytes: Buffer,
): Promise<Pick<Request, 'body' | 'files'>> => {
  const type = request.headers['content-type'] ?? '';
  if (bytes.length === 0) return { body: {}, files: [] };
  if (!type.startsWith('multipart/'))
    return { body: JSON.parse(bytes.toString()) as Request['body'], files: [] };
  const form = await new Response(new Uint8Array(bytes), {
    headers: { 'content-type': type },
  }).formData();
  const payload = form.get('payload_json');
  const files: Request['files'][number][] = [];
  for (const [name, value] of form.entries()) {
    const index = /^files\[(\d+)\]$/.exec(name)?.[1];
    if (index === undefined || typeof value === 'string') continue;
    const content = new Uint8Array(await value.arrayBuffer());
    files.push({ index, name: value.name, type: value.type, bytes: content });
  }
  const body = typeof payload === 'string' ? (JSON.parse(payload) as Request['body']) : {};
  return { body, files };
};
