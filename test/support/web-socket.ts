import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** RFC 6455, 1.3: joined to the client's key, its SHA-1 shows that the server speaks the protocol. */
const ACCEPT_KEY = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const TEXT = 0x1;
const CLOSE = 0x8;
const NORMAL = 1000;
const PING = 0x9;
const PONG = 0xa;

type Frame = { readonly opcode: number; readonly payload: Buffer; readonly size: number };

/** The server's end of one WebSocket. Covered: text, ping, pong, close. Not covered: fragments and extensions. */
export class WebSocketConnection {
  readonly #socket: Duplex;
  readonly #onText: (text: string) => void;
  /** Answers nothing any more, as a peer does whose network is gone. */
  #dead = false;

  constructor(
    request: IncomingMessage,
    socket: Duplex,
    hooks: { readonly onText: (text: string) => void; readonly onClose: () => void },
  ) {
    this.#socket = socket;
    this.#onText = hooks.onText;
    const key = request.headers['sec-websocket-key'] ?? '';
    const accept = createHash('sha1').update(`${key}${ACCEPT_KEY}`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (let frame = readFrame(pending); frame !== undefined; frame = readFrame(pending)) {
        pending = pending.subarray(frame.size);
        this.#receive(frame);
      }
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', hooks.onClose);
  }

  send(text: string): void {
    this.#write(TEXT, Buffer.from(text));
  }

  ping(): void {
    this.#write(PING, Buffer.from('Ping from the server'));
  }

  /** With a close frame; the client answers and the connection ends. */
  close(code = NORMAL): void {
    this.#write(CLOSE, Buffer.from([code >> 8, code & 0xff]));
    this.#socket.end();
  }

  /** Without a word, as a proxy or a network does. */
  drop(): void {
    this.#socket.destroy();
  }

  stall(): void {
    this.#dead = true;
  }

  #receive({ opcode, payload }: Frame): void {
    if (this.#dead) return;
    if (opcode === TEXT) this.#onText(payload.toString());
    if (opcode === PING) this.#write(PONG, payload);
    if (opcode === CLOSE) this.close();
  }

  #write(opcode: number, payload: Buffer): void {
    if (this.#dead || this.#socket.writableEnded || this.#socket.destroyed) return;
    this.#socket.write(Buffer.concat([header(opcode, payload.length), payload]));
  }
}

/** RFC 6455, 5.2; the server does not mask. */
const header = (opcode: number, length: number): Buffer => {
  const first = 0x80 | opcode;
  if (length < 126) return Buffer.from([first, length]);
  if (length < 65_536) return Buffer.from([first, 126, length >> 8, length & 0xff]);
  const long = Buffer.alloc(10);
  long.writeUInt8(first, 0);
  long.writeUInt8(127, 1);
  long.writeBigUInt64BE(BigInt(length), 2);
  return long;
};

/** undefined: the frame has not come whole yet. */
const readFrame = (bytes: Buffer): Frame | undefined => {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const masked = (bytes.readUInt8(1) & 0x80) !== 0;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (bytes.length < 2 + extra) return undefined;
  const length =
    extra === 0 ? short : extra === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const start = 2 + extra + (masked ? 4 : 0);
  if (bytes.length < start + length) return undefined;
  const payload = Buffer.from(bytes.subarray(start, start + length));
  const mask = bytes.subarray(start - 4, start);
  if (masked) for (let at = 0; at < length; at += 1) payload[at]! ^= mask[at % 4]!;
  return { opcode: bytes.readUInt8(0) & 0x0f, payload, size: start + length };
};
