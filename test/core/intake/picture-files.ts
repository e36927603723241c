import { crc32, deflateSync } from 'node:zlib';

/** Files of pictures, put together by hand: what no encoder writes. */

export const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

const pngChunk = (type: string, data: Uint8Array = new Uint8Array()): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), 4 + body.length);
  return chunk;
};

/** A PNG of this size, 8-bit grey, that holds a few pixels of what it promises. */
export const promisingPng = (width: number, height: number): Buffer => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const pixels = pngChunk('IDAT', deflateSync(Buffer.alloc(1000)));
  return Buffer.concat([PNG_SIGNATURE, pngChunk('IHDR', header), pixels, pngChunk('IEND')]);
};

/** The PNG with an animation control chunk of two frames after its header. */
export const animatePng = (png: Buffer): Buffer => {
  const afterHeader = PNG_SIGNATURE.length + 25;
  const control = pngChunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]));
  return Buffer.concat([png.subarray(0, afterHeader), control, png.subarray(afterHeader)]);
};

/** The JPEG with another size written into its frame header (SOF0). */
export const resizeJpegHeader = (jpeg: Buffer, width: number, height: number): Buffer => {
  const changed = Buffer.from(jpeg);
  const frame = changed.indexOf(Buffer.from([0xff, 0xc0]));
  changed.writeUInt16BE(height, frame + 5);
  changed.writeUInt16BE(width, frame + 7);
  return changed;
};

const GIF_FRAME = Buffer.from('21f9040000000000' + '2c00000000010001000002024c0100', 'hex');

export const gif = (frames: number): Buffer =>
  Buffer.concat([
    Buffer.from('GIF89a', 'latin1'),
    Buffer.from('01000100800000000000ffffff', 'hex'),
    ...Array.from({ length: frames }, () => GIF_FRAME),
    Buffer.from([0x3b]),
  ]);

export const bmp = (): Buffer => {
  const file = Buffer.alloc(58);
  file.write('BM', 0, 'latin1');
  file.writeUInt32LE(58, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(1, 18);
  file.writeInt32LE(1, 22);
  return file;
};

/** An ISO media file that begins with these brands. */
export const isoMedia = (...brands: string[]): Buffer => {
  const [major = '', ...compatible] = brands;
  const box = Buffer.from(`    ftyp${major}\0\0\0\0${compatible.join('')}`, 'latin1');
  box.writeUInt32BE(box.length, 0);
  return Buffer.concat([box, Buffer.alloc(64)]);
};

export const dicom = (): Buffer =>
  Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    Buffer.from('02000000554c040000000000', 'hex'),
  ]);
