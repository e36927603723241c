import type { Blobs, Shelf } from '../core/blobs.ts';
import { asBytes, KEY_PREFIX, wholeMs, type RedisConnection } from './redis-connection.ts';

/** Blobs as strings in Redis that expire there; sweeping is the server's. */
export class RedisBlobs implements Blobs {
  readonly #connection: RedisConnection;

  /** @param connection one of their own: a film on its way holds up what comes after it */
  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  async put(shelf: Shelf, name: string, bytes: Uint8Array, ttlMs: number): Promise<void> {
    const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    await this.#connection.run((client) =>
      client.set(keyOf(shelf, name), value, { PX: wholeMs(ttlMs) }),
    );
  }

  async get(shelf: Shelf, name: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#connection.run((client) => asBytes(client).get(keyOf(shelf, name)));
    return bytes ?? undefined;
  }

  async delete(shelf: Shelf, name: string): Promise<void> {
    await this.#connection.run((client) => client.unlink(keyOf(shelf, name)));
  }

  async sweep(): Promise<void> {
    // keys that are past their time are gone already
  }
}

const keyOf = (shelf: Shelf, name: string): string => `${KEY_PREFIX}:${shelf}:${name}`;
