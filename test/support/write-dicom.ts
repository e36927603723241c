import { deflateRawSync } from 'node:zlib';

/** An element: group and number as in "00280010", type, value. A sequence's items are lists of elements. */
export type Written = readonly [
  tag: string,
  vr: string,
  value: string | number | readonly number[] | Uint8Array | readonly (readonly Written[])[],
];

const ROOT = '1.2.840.10008.1.2';

/** Of these the length takes four bytes, after two empty ones. */
const LONG = new Set(['OB', 'OW', 'SQ', 'UN', 'UT']);

const tagBytes = (tag: string): Buffer => {
  const bytes = Buffer.from(tag, 'hex');
  return Buffer.from([bytes[1]!, bytes[0]!, bytes[3]!, bytes[2]!]);
};

const words = (values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => bytes.writeUInt16LE(value & 0xffff, i * 2));
  return bytes;
};

const valueBytes = ([, vr, value]: Written): Buffer => {
  if (typeof value === 'string') return Buffer.from(value, 'latin1');
  if (typeof value === 'number') return words([value]);
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (vr !== 'SQ') return words(value as readonly number[]);
  const items = (value as readonly (readonly Written[])[]).map((item) => {
    const inside = Buffer.concat(item.map(element));
    const head = Buffer.from('feff00e000000000', 'hex');
    head.writeUInt32LE(inside.length, 4);
    return Buffer.concat([head, inside]);
  });
  return Buffer.concat(items);
};

const element = (written: Written): Buffer => {
  const [tag, vr] = written;
  let value = valueBytes(written);
  if (value.length % 2 === 1) value = Buffer.concat([value, Buffer.from(vr === 'UI' ? '\0' : ' ')]);
  const head = Buffer.alloc(LONG.has(vr) ? 8 : 4);
  head.write(vr, 0, 'latin1');
  if (LONG.has(vr)) head.writeUInt32LE(value.length, 4);
  else head.writeUInt16LE(value.length, 2);
  return Buffer.concat([tagBytes(tag), head, value]);
};

/** A frame put into fragments, as compressed pixels are. */
export const fragmentsOf = (...fragments: readonly Uint8Array[]): Buffer => {
  const items = [new Uint8Array(), ...fragments].map((fragment) => {
    const head = Buffer.from('feff00e000000000', 'hex');
    head.writeUInt32LE(fragment.length + (fragment.length % 2), 4);
    return Buffer.concat([head, fragment, Buffer.alloc(fragment.length % 2)]);
  });
  const pixels = Buffer.from('e07f10004f420000ffffffff', 'hex');
  return Buffer.concat([pixels, ...items, Buffer.from('feffdde000000000', 'hex')]);
};

export type WrittenFile = {
  readonly width: number;
  readonly height: number;
  /** Stored values. */
  readonly values?: readonly number[];
  /** The whole pixel data element, instead of `values`. */
  readonly pixels?: Buffer;
  readonly bits?: number;
  readonly signed?: boolean;
  readonly photometric?: string;
  /** The end of its number under 1.2.840.10008.1.2. */
  readonly syntax?: string;
  /** Others, or these instead. */
  readonly elements?: readonly Written[];
};

/** A DICOM file, explicit, least byte first: a digital radiograph of a chest unless `elements` say otherwise. */
export const writeDicom = (file: WrittenFile): Buffer => {
  const { width, height, values = [], bits = 12, signed = false, elements = [] } = file;
  const { photometric = 'MONOCHROME2', syntax = '.1', pixels } = file;
  const allocated = bits > 8 ? 16 : 8;
  const usual: readonly Written[] = [
    ['00080060', 'CS', 'DX'],
    ['00180015', 'CS', 'CHEST'],
    ['00280002', 'US', 1],
    ['00280004', 'CS', photometric],
    ['00280010', 'US', height],
    ['00280011', 'US', width],
    ['00280100', 'US', allocated],
    ['00280101', 'US', bits],
    ['00280102', 'US', bits - 1],
    ['00280103', 'US', signed ? 1 : 0],
  ];
  const byTag = new Map([...usual, ...elements].map((written) => [written[0], written]));
  const sorted = [...byTag.values()].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const stored = allocated === 8 ? Uint8Array.from(values, (value) => value & 0xff) : words(values);
  const plain = pixels ?? element(['7fe00010', allocated === 8 ? 'OB' : 'OW', stored]);
  const body = Buffer.concat([...sorted.map(element), plain]);
  const meta = element(['00020010', 'UI', `${ROOT}${syntax}`]);
  const length = element(['00020000', 'UL', Buffer.from(Uint32Array.of(meta.length).buffer)]);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    length,
    meta,
    syntax === '.1.99' ? deflateRawSync(body) : body,
  ]);
};
