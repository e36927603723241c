import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketConnection } from '../web-socket.ts';
import type { Wire } from './wire.ts';
import type { Json, World } from './world.ts';

const OP = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  resume: 6,
  reconnect: 7,
  invalid: 9,
  hello: 10,
  ack: 11,
};
export const INTENT = {
  guilds: 1 << 0,
  guildMessages: 1 << 9,
  directMessages: 1 << 12,
  content: 1 << 15,
};
const CLOSE = { wrongToken: 4004, disallowedIntents: 4014 };
const HEARTBEAT_MS = 20_000;

/** As it was when it was told first: a replay tells the same. */
type Told = { readonly s: number; readonly t: string; readonly d: Json };

type Session = {
  readonly id: string;
  readonly intents: number;
  readonly events: Told[];
  connection: WebSocketConnection | undefined;
};

export type GatewayOptions = {
  readonly world: World;
  readonly wire: Wire;
  readonly token: () => string;
  readonly url: string;
  /** The Message Content intent is switched on. */
  readonly contentAllowed: () => boolean;
};

/** The gateway: identify, resume with what was missed, dispatches by intent. One shard. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #open = new Set<WebSocketConnection>();
  #count = 0;
  /** Resuming replays everything again, also what was delivered. */
  replaysAll = false;
  /** Sessions cannot be resumed: the next one begins anew. */
  forgetful = false;
  /** Nothing is sent to anybody: it comes with the next resume. */
  silent = false;
  /** The intent is refused, whatever the application says of itself. */
  refusesContent = false;
  identified = 0;
  resumed = 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  get open(): number {
    return [...this.#sessions.values()].filter(({ connection }) => connection !== undefined).length;
  }

  connect(request: IncomingMessage, socket: Duplex): void {
    let session: Session | undefined;
    const connection = new WebSocketConnection(request, socket, {
      onText: (text) => {
        const { op, d } = JSON.parse(text) as { op: number; d: Json };
        if (op === OP.heartbeat) connection.send(JSON.stringify({ op: OP.ack }));
        if (op === OP.identify) session = this.#identify(connection, d);
        if (op === OP.resume) session = this.#resume(connection, d);
      },
      onClose: () => {
        this.#open.delete(connection);
        if (session?.connection === connection) session.connection = undefined;
        this.#options.world.changed();
      },
    });
    this.#open.add(connection);
    connection.send(JSON.stringify({ op: OP.hello, d: { heartbeat_interval: HEARTBEAT_MS } }));
  }

  /** Tells every session whose intents cover it; `direct`: it is of a direct message. */
  tell(t: string, make: (content: boolean) => Json, intent: number): void {
    for (const session of this.#sessions.values()) {
      if ((session.intents & intent) === 0) continue;
      const d = make((session.intents & INTENT.content) !== 0);
      const told = { s: session.events.length + 1, t, d };
      session.events.push(told);
      if (!this.silent) this.#send(session, told);
    }
  }

  /** Every connection breaks without a word; sessions stay. */
  drop(): void {
    for (const connection of this.#open) connection.drop();
  }

  /** Discord asks its clients to come again. */
  reconnect(): void {
    for (const connection of this.#open) connection.send(JSON.stringify({ op: OP.reconnect }));
  }

  closeWith(code: number): void {
    for (const connection of this.#open) connection.close(code);
  }

  #identify(connection: WebSocketConnection, d: Json): Session | undefined {
    const { token, world, wire, contentAllowed, url } = this.#options;
    const intents = Number(d['intents']);
    if (d['token'] !== token()) {
      connection.close(CLOSE.wrongToken);
      return undefined;
    }
    if ((intents & INTENT.content) !== 0 && (!contentAllowed() || this.refusesContent)) {
      connection.close(CLOSE.disallowedIntents);
      return undefined;
    }
    this.identified += 1;
    const session = { id: `session-${(this.#count += 1)}`, intents, events: [], connection };
    this.#sessions.set(session.id, session);
    const guilds = [{ id: world.guild, unavailable: true }];
    const ready = (): Json => ({
      v: 10,
      user: wire.user(world.bot),
      guilds,
      session_id: session.id,
      resume_gateway_url: url,
      shard: [0, 1],
      application: {
        id: world.application,
        flags: 0,
      },
    });
    this.#add(session, 'READY', ready);
    this.#add(session, 'GUILD_CREATE', () => wire.guild());
    world.changed();
    return session;
  }

  #resume(connection: WebSocketConnection, d: Json): Session | undefined {
    const session = this.#sessions.get(String(d['session_id']));
    if (session === undefined || this.forgetful) {
      connection.send(JSON.stringify({ op: OP.invalid, d: false }));
      return undefined;
    }
    this.resumed += 1;
    session.connection = connection;
    const from = this.replaysAll ? 2 : Number(d['seq']);
    for (const told of session.events.filter(({ s }) => s > from)) this.#send(session, told);
    connection.send(
      JSON.stringify({ op: OP.dispatch, t: 'RESUMED', s: session.events.length, d: {} }),
    );
    this.#options.world.changed();
    return session;
  }

  #add(session: Session, t: string, make: () => Json): void {
    const told = { s: session.events.length + 1, t, d: make() };
    session.events.push(told);
    this.#send(session, told);
  }

  #send({ connection }: Session, { s, t, d }: Told): void {
    connection?.send(JSON.stringify({ op: OP.dispatch, t, s, d }));
  }

  async close(): Promise<void> {
    for (const connection of this.#open) connection.drop();
    await Promise.resolve();
  }
}
