import sharp from 'sharp';
import type { Picture } from '../../core/reply.ts';
import type { Upload } from './reply-body.ts';

/** Lossy, though nothing of it is seen: what a server's limit leaves room for. */
const JPEG_QUALITY = 92;
/** Each step halves the bytes, roughly. */
const SHRINK = 0.7;
const MOST_STEPS = 8;

/** The picture as one file within the limit: as it is, else as JPEG, else smaller. `shrunk`: it shows less than the film. */
export const toUpload = async (
  { png, width }: Picture,
  limitBytes: number,
): Promise<Upload & { readonly shrunk: boolean }> => {
  if (png.byteLength <= limitBytes)
    return { bytes: png, type: 'image/png', ending: 'png', shrunk: false };
  let wide = width;
  for (let step = 0; ; step += 1) {
    const resized = step === 0 ? sharp(png) : sharp(png).resize({ width: wide });
    const bytes = await resized.jpeg({ quality: JPEG_QUALITY }).toBuffer();
    if (bytes.byteLength <= limitBytes || step >= MOST_STEPS)
      return { bytes, type: 'image/jpeg', ending: 'jpg', shrunk: step > 0 };
    wide = Math.max(1, Math.floor(wide * SHRINK));
  }
};
