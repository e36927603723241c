import { availableParallelism } from 'node:os';
import { createRequire } from 'node:module';
import { setInterval } from 'node:timers/promises';
import type * as Codecs from 'dcmjs-codecs';
import sharp from 'sharp';
import { createChestGate } from '../../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../../src/core/gate/weights.ts';
import { createIntake, type Intake } from '../../src/core/intake/intake.ts';
import { createTextGate } from '../../src/core/text-gate/create-text-gate.ts';
import { createLogger } from '../../src/log.ts';
import { fragmentsOf, writeDicom } from '../../test/support/write-dicom.ts';
import { LARGE_FILM, makeLargeFilm } from '../large-film.ts';
import { median, type Measurement } from '../measurement.ts';

const ROUNDS = 3;
const SAMPLE_MS = 10;
const MEBIBYTE = 2 ** 20;
/** What a telephone of twelve megapixels takes. */
const PHOTO = { width: 4032, height: 3024 } as const;

/** A detector's film in 12 bits, plain and as lossless JPEG 2000. */
const makeDicoms = async (): Promise<{ plain: Buffer; packed: Buffer }> => {
  const grey = await sharp(await makeLargeFilm(3))
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  const values = Array.from(grey, (value, i) => value * 16 + ((i * 7) % 16));
  const plain = writeDicom({ ...LARGE_FILM, values });
  const { Context, NativeCodecs } = createRequire(import.meta.url)('dcmjs-codecs') as typeof Codecs;
  await NativeCodecs.initializeAsync();
  const words = Uint16Array.from(values);
  const context = new Context({
    ...LARGE_FILM,
    bitsAllocated: 16,
    bitsStored: 12,
    samplesPerPixel: 1,
    pixelRepresentation: 0,
    photometricInterpretation: 'MONOCHROME2',
    decodedBuffer: new Uint8Array(words.buffer),
  });
  const stream = NativeCodecs.encodeJpeg2000(context, { lossy: false }).getEncodedBuffer();
  const pixels = fragmentsOf(stream ?? new Uint8Array());
  return { plain, packed: writeDicom({ ...LARGE_FILM, syntax: '.4.90', pixels }) };
};

/** The median of what an upload takes from its bytes to its film, text gate and chest gate included, and the most memory. */
const measureUpload = async (
  intake: Intake,
  bytes: Uint8Array,
): Promise<{ readonly ms: number; readonly mebibytes: number }> => {
  const times: number[] = [];
  let most = 0;
  for (let round = -1; round < ROUNDS; round += 1) {
    globalThis.gc?.();
    const before = process.memoryUsage.rss();
    const done = new AbortController();
    const watching = (async () => {
      for await (const _ of setInterval(SAMPLE_MS, undefined, { signal: done.signal }))
        most = Math.max(most, process.memoryUsage.rss() - before);
    })().catch(() => undefined);
    const start = performance.now();
    await intake.take(bytes, { choose: undefined });
    // The first round only warms up.
    if (round >= 0) times.push(performance.now() - start);
    done.abort();
    await watching;
  }
  return { ms: median(times), mebibytes: most / MEBIBYTE };
};

/** Uploads of the largest usual kinds. */
export const measureIntake = async (): Promise<Measurement[]> => {
  const textGate = createTextGate({
    threads: availableParallelism(),
    logger: createLogger('silent'),
  });
  const gate = createChestGate(await readGateWeights());
  const intake = createIntake({ gate, textGate, textPolicy: 'mask' });
  const photo = await sharp(await makeLargeFilm(4))
    .resize({ ...PHOTO, fit: 'fill' })
    .jpeg({ quality: 90 })
    .toBuffer();
  const { plain, packed } = await makeDicoms();
  const uploads = [
    ['12-megapixel JPEG', photo],
    ['2,500 x 2,048 DICOM', plain],
    ['2,500 x 2,048 DICOM, JPEG 2000', packed],
  ] as const;
  const measurements: Measurement[] = [];
  for (const [what, bytes] of uploads) {
    const { ms, mebibytes } = await measureUpload(intake, bytes);
    const name = `upload, ${what}`;
    measurements.push({ name, value: ms, unit: 'ms', against: null, ratio: null });
    measurements.push({
      name: `${name}, memory`,
      value: mebibytes,
      unit: 'MiB',
      against: null,
      ratio: null,
    });
  }
  await textGate.close();
  return measurements;
};
