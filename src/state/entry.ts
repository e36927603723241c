import { crc32 } from 'node:zlib';

/**
 * What an expiring value looks like on disk: when it ends, a checksum, its full key where the key is stored under a
 * hash, then the bytes. The checksum tells a damaged value from a sound one, so that damage costs that value alone.
 */
export type Entry = {
  /** Milliseconds since the epoch; Infinity: never. */
  readonly expiresAt: number;
  /** Empty where the key stands in the clear. */
  readonly name: string;
  readonly bytes: Buffer;
};

/** Layout: expiry (float64 LE), checksum of all that follows it and of the expiry (uint32 LE), name length (uint16 LE). */
const CHECKSUM_AT = 8;
const NAME_LENGTH_AT = 12;
const NAME_AT = 14;

export const encodeEntry = ({ expiresAt, name, bytes }: Entry): Buffer => {
  // UTF-16 keeps half surrogate pairs, which UTF-8 cannot
  const nameBytes = Buffer.from(name, 'utf16le');
  return Buffer.concat([entryHeader(expiresAt, nameBytes, bytes), nameBytes, bytes]);
};

/** What stands before the name and the bytes; for who writes them one after the other. */
export const entryHeader = (
  expiresAt: number,
  nameBytes: Uint8Array,
  bytes: Uint8Array,
): Buffer => {
  const header = Buffer.alloc(NAME_AT);
  header.writeDoubleLE(expiresAt, 0);
  header.writeUInt16LE(nameBytes.length, NAME_LENGTH_AT);
  const checksum = crc32(nameBytes, checksumOf(header));
  header.writeUInt32LE(crc32(bytes, checksum), CHECKSUM_AT);
  return header;
};

/** undefined: these bytes are damaged. The entry's bytes are a view of `entry`. */
export const decodeEntry = (entry: Uint8Array): Entry | undefined => {
  const buffer = Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength);
  if (buffer.length < NAME_AT) return undefined;
  if (buffer.readUInt32LE(CHECKSUM_AT) !== checksumOf(buffer)) return undefined;
  const bytesAt = NAME_AT + buffer.readUInt16LE(NAME_LENGTH_AT);
  return {
    expiresAt: buffer.readDoubleLE(0),
    name: buffer.toString('utf16le', NAME_AT, bytesAt),
    bytes: buffer.subarray(bytesAt),
  };
};

/** When an entry ends, without the cost of its checksum: for sweeps. A damaged one may say anything. */
export const expiryOf = (entry: Uint8Array): number =>
  entry.byteLength < NAME_AT
    ? 0
    : new DataView(entry.buffer, entry.byteOffset, entry.byteLength).getFloat64(0, true);

/** How many bytes stand before a nameless entry's own. */
export const ENTRY_HEADER_BYTES = NAME_AT;

const checksumOf = (entry: Buffer): number =>
  crc32(entry.subarray(NAME_LENGTH_AT), crc32(entry.subarray(0, CHECKSUM_AT)));
