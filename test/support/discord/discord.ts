import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Faults, type Fault } from '../faults.ts';
import { Gateway, INTENT } from './gateway.ts';
import { People } from './people.ts';
import { Rest } from './rest.ts';
import type { Behaviour, Context } from './route.ts';
import { applicationRoutes, Commands } from './routes/application.ts';
import { CHANNEL_ROUTES } from './routes/channels.ts';
import { INTERACTION_ROUTES } from './routes/interactions.ts';
import { MESSAGE_ROUTES } from './routes/messages.ts';
import { Wire } from './wire.ts';
import { CHANNEL, World, type Attachment, type PermissionName } from './world.ts';

/** What the invite link asks for; a test takes some away. */
const GRANTED: readonly PermissionName[] = [
  'viewChannel',
  'sendMessages',
  'createPublicThreads',
  'sendMessagesInThreads',
  'attachFiles',
  'readMessageHistory',
];

const TOKEN = 'loopback.bot.token-of-discord';

const LINK_LIFE_MS = 24 * 3_600_000;

export type DiscordOptions = Partial<Behaviour> & {
  readonly granted?: readonly PermissionName[];
  /** The clock of ids, tokens, links and limits. Timers go by the real one. */
  readonly now?: () => number;
  /** How long a link to an attachment is good for. */
  readonly linkLifeMs?: number;
};

/**
 * A Discord of our own on loopback: REST, gateway, the host of attachments, and people who post and press. It behaves as
 * Discord's documentation says; what the server shows is read off it.
 */
export const startDiscord = async (options: DiscordOptions = {}): Promise<Discord> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new Discord(options, server);
};

export class Discord extends People {
  readonly token = TOKEN;
  readonly gateway: Gateway;
  readonly commands = new Commands();
  /** Connections that were ever made. */
  connections = 0;
  /** Requests for attachments. */
  readonly downloads: {
    readonly path: string;
    readonly authorization: string | undefined;
    readonly status: number;
  }[] = [];
  readonly #rest: Rest;
  readonly #faults = new Faults();
  readonly #server: Server;
  readonly #open = new AbortController();
  readonly #links: { host: string; lifeMs: number };

  constructor(options: DiscordOptions, server: Server) {
    const { now = Date.now, granted = GRANTED } = options;
    const world = new World(now, granted);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const links = { host: url, lifeMs: options.linkLifeMs ?? LINK_LIFE_MS };
    const wire = new Wire(world, (one) => linkTo(one, links.host, now() + links.lifeMs));
    const behaviour: Behaviour = {
      contentIntent: options.contentIntent ?? true,
      rateLimits: options.rateLimits ?? false,
      uploadLimit: options.uploadLimit ?? 10 * 2 ** 20,
      oldEdits: options.oldEdits ?? 3,
      token: TOKEN,
    };
    const gateway = new Gateway({
      world,
      wire,
      url: url.replace('http', 'ws'),
      token: () => behaviour.token,
      contentAllowed: () => behaviour.contentIntent,
    });
    super({ world, wire, behaviour, gateway, url, tell: tellOf(world, wire, gateway) });
    this.gateway = gateway;
    this.#server = server;
    this.#links = links;
    this.#rest = new Rest({
      context: this.context,
      faults: this.#faults,
      token: () => behaviour.token,
      rateLimits: () => behaviour.rateLimits,
      sleep: (ms) => sleep(ms, undefined, { signal: this.#open.signal }).catch(() => {}),
      routes: [
        ...MESSAGE_ROUTES,
        ...CHANNEL_ROUTES,
        ...INTERACTION_ROUTES,
        ...applicationRoutes(this.commands),
      ],
    });
    server.on('request', (request, response) => void this.#serve(request, response));
    server.on('connection', () => (this.connections += 1));
    server.on('upgrade', (request: IncomingMessage, socket: Duplex) =>
      this.gateway.connect(request, socket),
    );
  }

  get apiUrl(): string {
    return `${this.context.url}/api`;
  }

  get calls() {
    return this.#rest.calls;
  }

  get behaviour(): Behaviour {
    return this.context.behaviour;
  }

  /** The token of the bot from now on. */
  accepts(token: string): void {
    this.behaviour.token = token;
  }

  /** Attachments are linked to another host from now on. */
  set linksElsewhere(host: string) {
    this.#links.host = host;
  }

  /** Links are good again, as from the next call of this kind on. */
  freshLinksAfter(call: string): void {
    this.#rest.before(call, () => {
      this.#links.lifeMs = LINK_LIFE_MS;
    });
  }

  /** The next `times` calls go wrong: "POST /channels/:channel/messages", "download", or `*`. */
  fault(call: string, fault: Fault, times = 1): void {
    this.#faults.plan(call, fault, times);
  }

  faultsLeft(call: string): number {
    return this.#faults.left(call);
  }

  async close(): Promise<void> {
    this.#open.abort();
    await this.gateway.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (path.startsWith('/api/v10/'))
      return this.#rest.serve(path.slice('/api/v10'.length), request, response);
    if (path.startsWith('/attachments/')) return this.#download(path, request, response);
    response.writeHead(404).end();
  }

  /** Signed links, good for a while; whoever has one gets the file, and needs no token. */
  #download(path: string, request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(path, this.context.url);
    const [, , , id = ''] = pathname.split('/');
    const attachment = this.world.attachments.get(id);
    const expires = Number.parseInt(searchParams.get('ex') ?? '0', 16) * 1_000;
    const isGood = attachment !== undefined && searchParams.get('hm') === `${id}f00d`;
    const fault = this.#faults.next('download');
    const isExpired = expires < this.world.now();
    const status = fault?.kind === 'status' ? fault.status : !isGood || isExpired ? 404 : 200;
    const { authorization } = request.headers;
    this.downloads.push({ path: pathname, authorization, status });
    if (fault?.kind === 'cut') return void request.socket.destroy();
    response.writeHead(status, { 'content-type': attachment?.type ?? 'application/octet-stream' });
    response.end(status === 200 ? attachment?.bytes : 'This content is no longer available.');
  }
}

const linkTo = ({ id, channel, filename }: Attachment, url: string, until: number): string => {
  const expires = Math.floor(until / 1_000).toString(16);
  return `${url}/attachments/${channel}/${id}/${encodeURIComponent(filename)}?ex=${expires}&is=0&hm=${id}f00d`;
};

const tellOf = (world: World, wire: Wire, gateway: Gateway): Context['tell'] => ({
  message: (kind, message) => {
    const isDirect = world.channels.get(message.channel)?.type === CHANNEL.dm;
    if (message.onlyFor !== undefined) return;
    const make = (content: boolean) => ({
      ...wire.message(message, { content }),
      ...(isDirect ? {} : { guild_id: world.guild, member: wire.member(message.author) }),
    });
    gateway.tell(kind, make, isDirect ? INTENT.directMessages : INTENT.guildMessages);
    world.changed();
  },
  deleted: ({ id, channel }) => {
    const isDirect = world.channels.get(channel)?.type === CHANNEL.dm;
    const d = { id, channel_id: channel, ...(isDirect ? {} : { guild_id: world.guild }) };
    gateway.tell(
      'MESSAGE_DELETE',
      () => d,
      isDirect ? INTENT.directMessages : INTENT.guildMessages,
    );
    world.changed();
  },
  thread: (kind, thread) => {
    const created = kind === 'THREAD_CREATE' ? { newly_created: true } : {};
    gateway.tell(kind, () => ({ ...wire.channel(thread), ...created }), INTENT.guilds);
    world.changed();
  },
});
