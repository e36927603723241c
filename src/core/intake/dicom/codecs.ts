import { createRequire } from 'node:module';
import type * as Codecs from 'dcmjs-codecs';
import { WetreadError } from '../../../errors.ts';
import type { PixelLayout } from './header.ts';
import type { Packing } from './transfer-syntax.ts';

/** Loaded when first wanted: most films need neither, and each costs 60 ms. */
const require = createRequire(import.meta.url);

type Decoded = { readonly bytes: Buffer; readonly isRgb: boolean };

/**
 * Decodes one compressed picture. Once in the life of a thread: the codecs do not recover from a stream that failed (the
 * 32nd such JPEG never returns). Fails with `picture-damaged`, without the codec's words.
 */
export const decodeCodestream = async (
  packed: Buffer,
  packing: Packing,
  layout: PixelLayout,
): Promise<Decoded> => {
  try {
    return packing === 'jpeg-ls'
      ? await decodeJpegLs(packed)
      : await decodeByDcmjs(packed, packing, layout);
  } catch {
    throw new WetreadError('picture-damaged');
  }
};

type JpegLsDecoder = {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): { readonly componentCount: number };
};

/** CharLS 2.4, as the one inside dcmjs-codecs traps on a film of the standard's own test set. */
const decodeJpegLs = async (packed: Buffer): Promise<Decoded> => {
  const open = require('@cornerstonejs/codec-charls/decodewasmjs') as () => Promise<{
    readonly JpegLSDecoder: new () => JpegLsDecoder;
  }>;
  const decoder = new (await open()).JpegLSDecoder();
  decoder.getEncodedBuffer(packed.length).set(packed);
  decoder.decode();
  return { bytes: Buffer.from(decoder.getDecodedBuffer()), isRgb: true };
};

const METHODS = {
  jpeg: 'decodeJpeg',
  'jpeg-2000': 'decodeJpeg2000',
  'ht-jpeg-2000': 'decodeHtJpeg2000',
  'jpeg-xl': 'decodeJpegXl',
} as const;

const decodeByDcmjs = async (
  packed: Buffer,
  packing: Packing,
  layout: PixelLayout,
): Promise<Decoded> => {
  const { Context, NativeCodecs } = require('dcmjs-codecs') as typeof Codecs;
  await NativeCodecs.initializeAsync();
  const context = new Context({
    width: layout.width,
    height: layout.height,
    bitsAllocated: layout.bitsAllocated,
    bitsStored: layout.bitsStored,
    samplesPerPixel: layout.samples,
    pixelRepresentation: layout.signed ? 1 : 0,
    planarConfiguration: layout.planar ? 1 : 0,
    photometricInterpretation: layout.photometric,
    encodedBuffer: packed,
  });
  const method = METHODS[packing as keyof typeof METHODS];
  const decoded = NativeCodecs[method](context, { convertColorspaceToRgb: true });
  const bytes = decoded.getDecodedBuffer();
  if (bytes === undefined) throw new WetreadError('picture-damaged');
  const isRgb = decoded.getPhotometricInterpretation() === 'RGB' || packing !== 'jpeg';
  return { bytes: Buffer.from(bytes), isRgb };
};
