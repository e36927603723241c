/** A thread that decodes one file and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { WetreadError } from '../../../errors.ts';
import type { DecodedApart } from '../decoded.ts';
import { capWasmMemory } from './cap-wasm-memory.ts';
import type { ApartJob, FromApart } from './protocol.ts';

const port = parentPort;
if (!port) throw new Error('This file runs in a worker thread');

type Decode = (file: Buffer) => Promise<DecodedApart>;

/** Loaded as wanted, as each format has decoders of its own. */
const loadDecoder = async (format: ApartJob['format']): Promise<Decode> => {
  switch (format) {
    case 'dicom':
      return (await import('../dicom/decode-dicom.ts')).decodeDicom;
    case 'zip':
      return (await import('../dicom/decode-zip.ts')).decodeZip;
    case 'heic':
      return (await import('../decode-heic.ts')).decodeHeic;
  }
};

const send = (message: FromApart, moved: ArrayBuffer[] = []): void =>
  port.postMessage(message, moved);

const { format, bytes } = workerData as ApartJob;
capWasmMemory();
const decode = await loadDecoder(format);
// What fails from here on is the file's fault.
send({ type: 'begun' });
try {
  const decoded = await decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  // A copy, as a view of a larger buffer would take all of it along.
  const data = Uint8Array.from(decoded.pixels.data);
  send({ type: 'decoded', decoded: { ...decoded, pixels: { ...decoded.pixels, data } } }, [
    data.buffer,
  ]);
} catch (error) {
  // A parser's own words may quote the file, so none of them leave this thread.
  const { code, facts } =
    error instanceof WetreadError ? error : new WetreadError('picture-damaged');
  send({ type: 'failed', code, facts });
}
