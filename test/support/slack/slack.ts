import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Announcements } from './announcements.ts';
import { Api, readBytes } from './api.ts';
import { Deliveries } from './deliveries.ts';
import { EventRequests } from './event-requests.ts';
import { Faults } from '../faults.ts';
import { FileHost } from './file-host.ts';
import { Interactions } from './interactions.ts';
import type { MethodContext } from './method.ts';
import { People } from './people.ts';
import { Sockets } from './sockets.ts';
import { Workspace, type Json } from './workspace.ts';
import type { SlackBehaviour, SlackIdentity } from './world.ts';

/** What the manifest asks for; a test takes some away. */
const SCOPES = [
  'app_mentions:read',
  'assistant:write',
  'channels:history',
  'channels:read',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'im:write',
  'mpim:history',
  'mpim:read',
  'reactions:write',
  'users:read',
];

const STREAM_LIFE_MS = 5 * 60_000;

export type SlackOptions = Partial<Omit<SlackBehaviour, 'scopes'>> & {
  readonly scopes?: readonly string[];
  /** The workspace's clock: streams, rate limits and triggers go by it. Timers go by the real one. */
  readonly now?: () => number;
  /** An organisation-wide installation on Enterprise Grid, where `team` differs between deliveries of one post. */
  readonly enterprise?: boolean;
  /** Slack's own are 3 s, and then at once, a minute and five minutes. */
  readonly acknowledgeMs?: number;
  readonly retryMs?: readonly number[];
};

/**
 * A Slack of our own on loopback: the Web API, Socket Mode (or signed HTTP requests), the file hosts, and people who post
 * and press. It behaves as Slack's documentation says; what the workspace shows is read off it.
 */
export const startSlack = async (options: SlackOptions = {}): Promise<Slack> => {
  const [server, elsewhere] = [createServer(), createServer()];
  server.listen(0, '127.0.0.1');
  elsewhere.listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(elsewhere, 'listening')]);
  return new Slack(options, server, elsewhere);
};

export class Slack extends People {
  readonly botToken = 'xoxb-loopback-bot-token';
  readonly appToken = 'xapp-loopback-app-token';
  readonly signingSecret = 'loopback-signing-secret';
  readonly sockets: Sockets;
  readonly files: FileHost;
  /** Ports from which its API, sockets and files were connected to. */
  readonly peers = new Set<number>();
  readonly #api: Api;
  readonly #faults = new Faults();
  readonly #servers: readonly Server[];
  readonly #timers: Set<NodeJS.Timeout>;
  readonly #open = new AbortController();

  constructor(options: SlackOptions, server: Server, elsewhere: Server) {
    const timers = new Set<NodeJS.Timeout>();
    const { context, interactions } = contextOf(
      options,
      addressOf(server),
      portOf(elsewhere),
      timers,
    );
    super(context, interactions);
    this.#timers = timers;
    this.#servers = [server, elsewhere];
    const wait = (ms: number) =>
      sleep(ms, undefined, { signal: this.#open.signal }).catch(() => {});
    this.#api = new Api({
      context,
      faults: this.#faults,
      botToken: this.botToken,
      appToken: this.appToken,
      socketUrl: () => `${context.url.replace('http', 'ws')}/socket`,
      sleep: wait,
    });
    this.files = new FileHost({
      world: context,
      faults: this.#faults,
      botToken: this.botToken,
      sleep: wait,
    });
    this.sockets = new Sockets(context.identity.app, () => context.deliveries.flush());
    context.deliveries.carrier = this.sockets;
    server.on('connection', ({ remotePort = 0 }) => this.peers.add(remotePort));
    server.on('request', (request, response) => void this.#serve(request, response));
    server.on('upgrade', (request: IncomingMessage, socket: Duplex) =>
      this.sockets.connect(request, socket),
    );
    elsewhere.on('request', (request, response) =>
      this.files.elsewhere(lastOf(request.url), request, response),
    );
  }

  get apiUrl(): string {
    return `${this.context.url}/api/`;
  }

  get calls() {
    return this.#api.calls;
  }

  /** What may be changed while the test runs: scopes, streaming, installation. */
  get behaviour(): SlackBehaviour {
    return this.context.behaviour;
  }

  /** Events come as signed requests to this address from now on. */
  sendEventsTo(url: string): void {
    this.context.deliveries.carrier = new EventRequests(
      url,
      this.signingSecret,
      this.context.workspace.now,
    );
  }

  /** The next `times` calls of a method go wrong; `upload` and `download` are the file host's, `*` is every method. */
  fault(method: string, fault: Parameters<Faults['plan']>[1], times = 1): void {
    this.#faults.plan(method, fault, times);
  }

  /** Faults of a method that have not happened yet. */
  faultsLeft(method: string): number {
    return this.#faults.left(method);
  }

  async close(): Promise<void> {
    this.#open.abort();
    await this.sockets.close();
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(
      this.#servers.map((server) => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
      }),
    );
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '', this.context.url);
    const [, area, name = '', ...rest] = pathname.split('/');
    if (area === 'api') return this.#api.serve(name, request, response);
    if (area === 'upload') return this.files.upload(rest.at(-1) ?? '', request, response);
    if (area === 'files-pri')
      return this.files.download(name.split('-').at(-1) ?? '', request, response);
    if (area === 'files-tmb') return this.files.preview(name, response);
    if (area === 'response') return this.#respond(name, request, response);
    response.writeHead(404).end();
  }

  /** A `response_url` of a press, a shortcut or a command. */
  async #respond(key: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBytes(request);
    const where = this.interactions.responses.get(key);
    if (body === undefined) return;
    if (where === undefined) {
      response.writeHead(404).end('expired_url');
      return;
    }
    const {
      text = '',
      blocks = [],
      response_type: type,
    } = JSON.parse(body.toString()) as {
      text?: string;
      blocks?: Json[];
      response_type?: string;
    };
    this.context.workspace.add({
      channel: where.channel,
      user: this.context.identity.bot,
      thread: where.thread,
      text,
      blocks,
      ...(type === 'in_channel' ? {} : { onlyFor: where.user }),
    });
    response.writeHead(200).end('ok');
  }
}

/** Everything that is not a server: the workspace, the deliveries and how they are told. */
const contextOf = (
  options: SlackOptions,
  url: string,
  elsewherePort: number,
  timers: Set<NodeJS.Timeout>,
): { readonly context: MethodContext; readonly interactions: Interactions } => {
  const identity: SlackIdentity = {
    bot: 'U0BOT0001',
    botId: 'B0BOT0001',
    app: 'A0APP0001',
    team: 'T0HOME001',
    enterprise: options.enterprise === true ? 'E0GRID001' : undefined,
  };
  const workspace = new Workspace({
    now: options.now ?? Date.now,
    team: identity.team,
    bot: identity.bot,
  });
  const schedule = (ms: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  };
  const world = {
    workspace,
    identity,
    url,
    // Another name, so that it is another host and not only another port.
    elsewhere: `http://localhost:${elsewherePort}`,
    schedule,
    behaviour: behaviourOf(options),
    deliveries: new Deliveries({
      acknowledgeMs: options.acknowledgeMs ?? 3_000,
      retryMs: options.retryMs ?? [0, 500, 1_000],
      schedule,
      onChange: () => workspace.changed(),
    }),
  };
  const context = { ...world, announcements: new Announcements(world) };
  return { context, interactions: new Interactions(context) };
};

const behaviourOf = (options: SlackOptions): SlackBehaviour => ({
  streaming: options.streaming ?? true,
  agentSessions: options.agentSessions ?? true,
  streamLifeMs: options.streamLifeMs ?? STREAM_LIFE_MS,
  shareMs: options.shareMs ?? 30,
  lostShares: options.lostShares ?? 0,
  loginPages: options.loginPages ?? false,
  anonymousUploads: options.anonymousUploads ?? false,
  scopes: new Set(options.scopes ?? SCOPES),
  installed: options.installed ?? 'yes',
  history: options.history ?? 'internal',
  rateLimits: options.rateLimits ?? false,
});

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const addressOf = (server: Server): string => `http://127.0.0.1:${portOf(server)}`;

const lastOf = (path = ''): string => path.split('/').at(-1) ?? '';
