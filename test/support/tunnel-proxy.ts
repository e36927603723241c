import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A proxy that tunnels, as hospitals have them. */
type Proxy = {
  readonly url: string;
  /** Where it was asked to lead to. */
  readonly asked: string[];
  /** Its own ends of the tunnels, as the other side sees them. */
  readonly ports: Set<number>;
};

export const startProxy = async (): Promise<Proxy> => {
  const asked: string[] = [];
  const ports = new Set<number>();
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    asked.push(request.url ?? '');
    const [host = '', port = '0'] = (request.url ?? '').split(':');
    const there = connect(Number(port), host, () => {
      ports.add(there.localPort ?? 0);
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(there).pipe(socket);
    });
    for (const end of [socket, there]) {
      sockets.add(end);
      end.on('error', () => undefined);
    }
    // An end that breaks off breaks the other one, too, once what it has said is through: nobody waits for what does not come.
    there.on('close', () => (socket as Socket).destroySoon());
    socket.on('close', () => there.destroySoon());
  });
  const url = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url, asked, ports };
};

const listen = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
