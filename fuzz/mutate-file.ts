import type { Random } from '../test/support/random.ts';

/** Where the headers are, of every format. */
const HEAD_BYTES = 2048;
/** Bytes that mean an end, a sign, a marker, a length out of range. */
const TELLING_BYTES = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff] as const;
const MOST_CHANGES = 8;

type Mutation = (file: Buffer, random: Random) => Buffer;

/** One of the files, damaged in one to three ways. */
export const mutateFile = (files: readonly Buffer[], random: Random): Buffer => {
  let file: Buffer = Buffer.from(pick(files, random));
  const count = 1 + random.below(3);
  for (let i = 0; i < count; i++) file = pick(MUTATIONS(files), random)(file, random);
  return file;
};

const pick = <Item>(items: readonly Item[], random: Random): Item =>
  items[random.below(items.length)]!;

/** Half of the time in the head, as there is most to break. */
const placeIn = (file: Buffer, random: Random): number =>
  random.below(random.next() < 0.5 ? Math.min(file.length, HEAD_BYTES) : file.length);

const pieceOf = (file: Buffer, random: Random): Buffer => {
  const start = placeIn(file, random);
  return file.subarray(start, start + 1 + random.below(HEAD_BYTES));
};

const MUTATIONS = (files: readonly Buffer[]): readonly Mutation[] => [
  (file, random) => change(file, random, (byte) => byte ^ (1 << random.below(8))),
  (file, random) => change(file, random, () => pick(TELLING_BYTES, random)),
  (file, random) => change(file, random, () => random.below(256)),
  (file, random) => writeNumber(file, random),
  (file, random) => file.subarray(0, random.below(file.length + 1)),
  (file, random) => insert(file, pieceOf(file, random), random),
  (file, random) => insert(file, pieceOf(pick(files, random), random), random),
  (file, random) => remove(file, random),
];

const change = (file: Buffer, random: Random, to: (byte: number) => number): Buffer => {
  if (file.length === 0) return file;
  for (let left = 1 + random.below(MOST_CHANGES); left > 0; left--) {
    const at = placeIn(file, random);
    file[at] = to(file[at]!);
  }
  return file;
};

/** A length, size or offset that is wrong by far. */
const writeNumber = (file: Buffer, random: Random): Buffer => {
  if (file.length < 4) return file;
  const at = Math.min(placeIn(file, random), file.length - 4);
  const number = pick([0, 1, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff], random);
  if (random.next() < 0.5) file.writeUInt32BE(number, at);
  else file.writeUInt32LE(number, at);
  return file;
};

const insert = (file: Buffer, piece: Buffer, random: Random): Buffer => {
  const at = placeIn(file, random);
  return Buffer.concat([file.subarray(0, at), piece, file.subarray(at)]);
};

const remove = (file: Buffer, random: Random): Buffer => {
  const at = placeIn(file, random);
  return Buffer.concat([file.subarray(0, at), file.subarray(at + 1 + random.below(HEAD_BYTES))]);
};
