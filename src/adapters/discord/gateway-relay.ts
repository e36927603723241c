import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { randomBytes } from 'node:crypto';
import { upgrade } from 'undici';
import type { Network } from '../network.ts';

/** Headers of the handshake that the gateway must see; the rest is between the library and us. */
const PASSED = ['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-extensions'] as const;

/**
 * Leads the gateway's WebSocket through the proxy: the library's own knows none. It connects to loopback, where the
 * handshake is passed on over our network, and then every byte as it is. Nobody else is led: each address holds a secret.
 */
export class GatewayRelay {
  readonly #network: Network;
  readonly #server: Server = createServer((_request, response) => response.writeHead(404).end());
  readonly #secret = randomBytes(16).toString('hex');
  readonly #sockets = new Set<Duplex>();
  #url = '';

  constructor(network: Network) {
    this.#network = network;
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#keep(socket);
      this.#lead(request, socket, head).catch(() => socket.destroy());
    });
  }

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#server.unref();
    this.#url = `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The address that leads to a gateway. */
  urlFor(gateway: string): string {
    return `${this.#url}/${this.#secret}/${encodeURIComponent(gateway)}/`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  async #lead(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { pathname, search } = new URL(request.url ?? '/', this.#url);
    const [, secret, gateway = ''] = pathname.split('/');
    if (secret !== this.#secret) {
      socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
      return;
    }
    const target = new URL(decodeURIComponent(gateway).replace(/^ws/, 'http'));
    const { socket: there, headers } = await upgrade(
      `${target.origin}${target.pathname}${search}`,
      {
        dispatcher: this.#network.dispatcher,
        method: 'GET',
        protocol: 'websocket',
        headers: passed(request),
      },
    );
    this.#keep(there);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${asLines(headers)}\r\n`);
    if (head.length > 0) there.write(head);
    socket.pipe(there).pipe(socket);
    // An end that breaks off breaks the other one, too.
    socket.once('close', () => there.destroy());
    there.once('close', () => socket.destroy());
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

const passed = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    PASSED.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );

const asLines = (headers: Readonly<Record<string, string | string[] | undefined>>): string =>
  Object.entries(headers)
    .flatMap(([name, value]) => [value ?? []].flat().map((one) => `${name}: ${one}\r\n`))
    .join('');
