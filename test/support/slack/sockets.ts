import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Carrier, Delivery } from './deliveries.ts';
import { WebSocketConnection } from '../web-socket.ts';

type Settle = Parameters<Carrier['carry']>[1];

/** Socket Mode allows an app so many connections at once. */
const MOST_CONNECTIONS = 10;
const PING_MS = 1_000;
const FAREWELL_MS = 200;

/** Socket Mode: each delivery goes to one of the app's connections, in turn, and is acknowledged by its envelope's id. */
export class Sockets implements Carrier {
  readonly #connections = new Set<WebSocketConnection>();
  readonly #unsettled = new Map<string, Settle>();
  readonly #app: string;
  readonly #onConnect: () => void;
  readonly #heartbeat: NodeJS.Timeout;
  #turn = 0;
  /** Acknowledgements are lost on their way to Slack. */
  deaf = false;
  /** Connections ever made. */
  connected = 0;

  constructor(app: string, onConnect: () => void) {
    this.#app = app;
    this.#onConnect = onConnect;
    this.#heartbeat = setInterval(() => {
      for (const connection of this.#connections) connection.ping();
    }, PING_MS);
  }

  get open(): number {
    return this.#connections.size;
  }

  connect(request: IncomingMessage, socket: Duplex): void {
    if (this.#connections.size >= MOST_CONNECTIONS) {
      socket.end('HTTP/1.1 429 Too Many Requests\r\n\r\n');
      return;
    }
    const connection = new WebSocketConnection(request, socket, {
      onText: (text) => this.#acknowledge(text),
      onClose: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
    this.connected += 1;
    connection.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.#connections.size,
        connection_info: { app_id: this.#app },
        debug_info: {
          host: 'applink-loopback',
          build_number: 1,
          approximate_connection_time: 18060,
        },
      }),
    );
    this.#onConnect();
  }

  carry(delivery: Delivery, settle: Settle): boolean {
    const connections = [...this.#connections];
    const connection = connections[(this.#turn += 1) % Math.max(connections.length, 1)];
    if (connection === undefined) return false;
    this.#unsettled.set(delivery.id, settle);
    connection.send(
      JSON.stringify({
        envelope_id: delivery.id,
        type: delivery.type,
        payload: delivery.payload,
        accepts_response_payload: delivery.type !== 'events_api',
        ...(delivery.type === 'events_api'
          ? { retry_attempt: delivery.attempt, retry_reason: delivery.reason ?? '' }
          : {}),
      }),
    );
    return true;
  }

  /** Slack moves the app to another server: it says so, and the app connects anew. */
  refresh(): void {
    const reason = {
      type: 'disconnect',
      reason: 'refresh_requested',
      debug_info: { host: 'loopback' },
    };
    for (const connection of this.#connections) connection.send(JSON.stringify(reason));
  }

  /** Every connection breaks without a word. */
  drop(): void {
    for (const connection of this.#connections) connection.drop();
  }

  /** Connections stay open and carry nothing any more. */
  stall(): void {
    for (const connection of this.#connections) connection.stall();
  }

  /** Says so to those who are connected, and waits a moment for them to go. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    for (const connection of this.#connections) connection.close();
    for (let waited = 0; this.open > 0 && waited < FAREWELL_MS; waited += 5) await sleep(5);
    this.drop();
  }

  #acknowledge(text: string): void {
    if (this.deaf) return;
    const { envelope_id: id, payload } = JSON.parse(text) as {
      envelope_id: string;
      payload: unknown;
    };
    const settle = this.#unsettled.get(id);
    this.#unsettled.delete(id);
    settle?.({ refused: false, answer: payload });
  }
}
