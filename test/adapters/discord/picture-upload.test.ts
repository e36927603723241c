import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { toUpload } from '../../../src/adapters/discord/picture-upload.ts';
import type { Picture } from '../../../src/core/reply.ts';

/** Noise, which no kind of file makes much smaller. */
const noise = async (side: number): Promise<Picture> => {
  const raw = Buffer.alloc(side * side, 0);
  for (let at = 0, seed = 1; at < raw.length; at += 1) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    raw[at] = seed >> 16;
  }
  const png = await sharp(raw, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer();
  return { png, width: side, height: side, altText: 'noise' };
};

describe('a picture for Discord', () => {
  let picture: Picture;
  beforeAll(async () => {
    picture = await noise(400);
  });

  test('that fits goes as it is', async () => {
    const upload = await toUpload(picture, picture.png.byteLength);
    expect(upload).toEqual({ bytes: picture.png, type: 'image/png', ending: 'png', shrunk: false });
  });

  test('that is a little too large goes as JPEG, at its own size', async () => {
    const upload = await toUpload(picture, picture.png.byteLength - 1);
    expect(upload).toMatchObject({ type: 'image/jpeg', ending: 'jpg', shrunk: false });
    expect(await sharp(upload.bytes).metadata()).toMatchObject({ width: 400, format: 'jpeg' });
  });

  test('that is far too large goes smaller, within the limit, and says so', async () => {
    const upload = await toUpload(picture, 20_000);
    expect(upload.bytes.byteLength).toBeLessThanOrEqual(20_000);
    expect(upload.shrunk).toBe(true);
  });
});
