import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault, Faults } from '../faults.ts';
import { Arguments, Refusal, type Method, type MethodContext } from './method.ts';
import { CHAT_METHODS } from './methods/chat.ts';
import { CONVERSATION_METHODS } from './methods/conversations.ts';
import { FILE_METHODS } from './methods/files.ts';
import { STREAM_METHODS } from './methods/streams.ts';
import { SURFACE_METHODS } from './methods/surfaces.ts';
import { RateLimits } from './rate-limits.ts';
import type { Json } from './workspace.ts';

/** A call that arrived, and how it ended. */
export type Call = {
  readonly method: string;
  readonly args: Json;
  /** By the workspace's clock. */
  readonly at: number;
  /** `ok`, the name of the error, the status or the fault. */
  outcome: string;
};

export type ApiOptions = {
  readonly context: MethodContext;
  readonly faults: Faults;
  readonly botToken: string;
  readonly appToken: string;
  /** Where Socket Mode connects. */
  readonly socketUrl: () => string;
  /** How much later than due the bot's calls are answered. */
  readonly sleep: (ms: number) => Promise<void>;
};

/** Slack's Web API: form or JSON in, JSON out, with the errors of the documentation. */
export class Api {
  readonly calls: Call[] = [];
  readonly #options: ApiOptions;
  readonly #methods: Readonly<Record<string, Method>>;
  readonly #limits: RateLimits;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.#limits = new RateLimits(options.context.workspace.now);
    this.#methods = {
      ...CHAT_METHODS,
      ...STREAM_METHODS,
      ...FILE_METHODS,
      ...CONVERSATION_METHODS,
      ...SURFACE_METHODS,
      'api.test': { scopes: [], token: 'none', run: () => ({}) },
      'auth.test': { scopes: [], token: 'bot', run: authTest },
      'apps.connections.open': {
        scopes: [],
        token: 'app',
        run: () => ({ url: options.socketUrl() }),
      },
    };
  }

  async serve(method: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { context, faults, sleep } = this.#options;
    const args = await readArguments(request);
    if (args === undefined) return;
    const call: Call = { method, args: args.all, at: context.workspace.now(), outcome: 'ok' };
    this.calls.push(call);
    const fault = faults.next(method) ?? this.#limit(method, args);
    if (fault !== undefined && fails(fault)) {
      call.outcome = fault.kind;
      fail(response, fault);
      context.workspace.changed();
      return;
    }
    const body = this.#perform(method, args, request);
    call.outcome = body['ok'] === true ? 'ok' : String(body['error']);
    context.workspace.changed();
    if (fault?.kind === 'slow') await sleep(fault.ms);
    if (fault?.kind === 'cut') {
      call.outcome = 'cut';
      response.destroy();
      return;
    }
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'x-oauth-scopes': [...context.behaviour.scopes].join(','),
      ...(body['error'] === 'missing_scope'
        ? { 'x-accepted-oauth-scopes': String(body['needed']) }
        : {}),
    });
    response.end(JSON.stringify(body));
  }

  #perform(name: string, args: Arguments, request: IncomingMessage): Json {
    try {
      const method = this.#methods[name];
      if (method === undefined) throw new Refusal('unknown_method', { req_method: name });
      this.#admit(method, args, request);
      return { ok: true, ...method.run(args, this.#options.context) };
    } catch (error) {
      if (error instanceof Refusal) return { ok: false, error: error.message, ...error.facts };
      throw error;
    }
  }

  /** The token, the installation and the scopes. */
  #admit(method: Method, args: Arguments, request: IncomingMessage): void {
    if (method.token === 'none') return;
    const { botToken, appToken, context } = this.#options;
    const token = tokenOf(request) ?? args.text('token');
    if (token === undefined) throw new Refusal('not_authed');
    const right = method.token === 'bot' ? botToken : appToken;
    const other = method.token === 'bot' ? appToken : botToken;
    if (token === other) throw new Refusal('not_allowed_token_type');
    if (token !== right) throw new Refusal('invalid_auth');
    const { installed, scopes } = context.behaviour;
    if (installed !== 'yes') throw new Refusal(installed);
    if (method.scopes.length > 0 && !method.scopes.some((scope) => scopes.has(scope)))
      throw new Refusal('missing_scope', {
        needed: method.scopes.join(','),
        provided: [...scopes].join(','),
      });
  }

  #limit(name: string, args: Arguments): Fault | undefined {
    const { behaviour } = this.#options.context;
    const distributed = behaviour.history === 'distributed' && name === 'conversations.replies';
    if (!behaviour.rateLimits && !distributed) return undefined;
    const perMinute = distributed ? 1 : this.#methods[name]?.perMinute;
    const wait =
      (perMinute === undefined ? undefined : this.#limits.method(name, perMinute)) ??
      (name === 'chat.postMessage' ? this.#limits.post(args.text('channel') ?? '') : undefined);
    return wait === undefined ? undefined : { kind: 'rate-limited', retryAfterS: wait };
  }
}

const fails = (fault: Fault): boolean =>
  fault.kind !== 'slow' && !(fault.kind === 'cut' && fault.done);

/** Answers without anything having been done. */
export const fail = (response: ServerResponse, fault: Fault): void => {
  switch (fault.kind) {
    case 'rate-limited':
      response.writeHead(429, {
        'retry-after': String(fault.retryAfterS),
        'content-type': 'application/json',
      });
      response.end(JSON.stringify({ ok: false, error: 'ratelimited' }));
      break;
    case 'error':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ok: false, error: fault.error }));
      break;
    case 'status':
      response.writeHead(fault.status, { 'content-type': 'text/html' });
      response.end('<html><body>Server Error</body></html>');
      break;
    case 'cut':
    case 'slow':
      response.destroy();
  }
};

export const tokenOf = (request: IncomingMessage): string | undefined =>
  /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];

/** Of an organisation-wide installation, the team is the organisation. */
const authTest: Method['run'] = (_args, { identity, url }) => ({
  url: `${url}/`,
  team: 'Loopback Hospital',
  user: 'wetread',
  team_id: identity.enterprise ?? identity.team,
  user_id: identity.bot,
  bot_id: identity.botId,
  is_enterprise_install: identity.enterprise !== undefined,
  ...(identity.enterprise === undefined ? {} : { enterprise_id: identity.enterprise }),
});

/** undefined: the request did not arrive whole, and has no effect. */
const readArguments = async (request: IncomingMessage): Promise<Arguments | undefined> => {
  const body = await readBytes(request);
  if (body === undefined) return undefined;
  const query = new URL(request.url ?? '', 'http://slack').searchParams;
  if (request.headers['content-type']?.startsWith('application/json') === true)
    return new Arguments(JSON.parse(body.toString() || '{}') as Json);
  const form = new URLSearchParams(body.toString());
  return new Arguments(Object.fromEntries([...query, ...form]));
};

export const readBytes = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
};
