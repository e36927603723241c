import { inflateRawSync } from 'node:zlib';
import dicomParser, { type DataSet } from 'dicom-parser';
import { WetreadError } from '../../../errors.ts';
import { EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE } from './transfer-syntax.ts';

export type DicomFile = { readonly elements: DataSet; readonly transferSyntax: string };

/** What a deflated file may grow to: twice what a file may have, as deflate halves a film. */
const MOST_INFLATED_BYTES = 200 * 2 ** 20;
const PREAMBLE_BYTES = 132;

/**
 * Reads of two bytes that the parser makes for one file, three or so an element; a film has some hundreds of elements. Not
 * left to the thread's limit of memory: an allocation that is large by itself takes the whole process with it.
 */
const MOST_READS = 1_000_000;

let readsLeft = 0;
const { prototype } = dicomParser.ByteStream;
const { readUint16 } = prototype;
// The parser has no hook for each element; this is what it calls for each tag.
prototype.readUint16 = function countedReadUint16(this: typeof prototype): number {
  readsLeft -= 1;
  if (readsLeft < 0) throw new Error('too many elements');
  return readUint16.call(this);
};

/**
 * The elements of a DICOM file, also of one without preamble, without its first group, or without a word on its transfer
 * syntax, as old archives and hand-made exports have. Fails with `picture-damaged`, always without the parser's own
 * words, as those may quote the file.
 */
export const parseDicom = (bytes: Buffer): DicomFile => {
  readsLeft = MOST_READS;
  try {
    const file = parse(bytes);
    checkEnds(file.elements);
    return file;
  } catch {
    throw new WetreadError('picture-damaged');
  }
};

/** Of an implicit file the parser takes a last element that is cut short for a whole one. */
const checkEnds = ({ byteArray, elements }: DataSet): void => {
  for (const { dataOffset, length } of Object.values(elements)) {
    if (dataOffset + length > byteArray.length) throw new Error('cut short');
  }
};

const parse = (bytes: Buffer): DicomFile => {
  if (bytes.toString('latin1', 128, PREAMBLE_BYTES) !== 'DICM') {
    // Without the preamble the parser takes the first group for the picture's.
    if (bytes.readUInt16LE(0) === 0x0002)
      return parse(Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), bytes]));
    return parseBare(bytes);
  }
  const declared = dicomParser.readPart10Header(bytes).string('x00020010');
  if (declared === undefined) return parseBare(bytes.subarray(endOfFirstGroup(bytes)));
  return {
    elements: dicomParser.parseDicom(bytes, { inflater: inflate }),
    transferSyntax: declared,
  };
};

/** From the first element of group 0008 on, the transfer syntax guessed from how that is written. */
const parseBare = (bytes: Buffer): DicomFile => {
  const isBig = bytes[0] === 0;
  const isExplicit = /^[A-Z]{2}$/.test(bytes.toString('latin1', 4, 6));
  const transferSyntax = isExplicit ? (isBig ? EXPLICIT_BIG : EXPLICIT_LITTLE) : IMPLICIT_LITTLE;
  const elements = dicomParser.parseDicom(bytes, { TransferSyntaxUID: transferSyntax });
  return { elements, transferSyntax };
};

/** Group 0002 is always explicit, least byte first; types with a length of four bytes have it after two empty ones. */
const endOfFirstGroup = (bytes: Buffer): number => {
  let at = PREAMBLE_BYTES;
  while (at + 8 <= bytes.length && bytes.readUInt16LE(at) === 0x0002) {
    const isLong = /^(OB|OW|OF|SQ|UN|UT)$/.test(bytes.toString('latin1', at + 4, at + 6));
    at += isLong ? 12 + bytes.readUInt32LE(at + 8) : 8 + bytes.readUInt16LE(at + 6);
  }
  return at;
};

const inflate = (bytes: Uint8Array, position: number): Buffer =>
  Buffer.concat([
    bytes.subarray(0, position),
    inflateRawSync(bytes.subarray(position), { maxOutputLength: MOST_INFLATED_BYTES }),
  ]);
