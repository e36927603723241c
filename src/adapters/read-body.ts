import { WetreadError } from '../errors.ts';

/** What intake takes at most; more is not waited for. */
const LIMIT_BYTES = 100 * 2 ** 20;

/** The bytes of a film that is downloaded. Fails with `file-too-large`, or with `cut()` where the connection breaks off. */
export const readBody = async (response: Response, cut: () => Error): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body ?? []) {
      length += chunk.byteLength;
      if (length > LIMIT_BYTES) throw new WetreadError('file-too-large', { limit: LIMIT_BYTES });
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof WetreadError) throw error;
    throw cut();
  }
  return Buffer.concat(chunks, length);
};
