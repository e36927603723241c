import sharp, { type Sharp } from 'sharp';
import type { Grey } from '../gate/grey.ts';

/** The picture at exactly this size, by cubic interpolation. */
export const resizeGrey = async (grey: Grey, width: number, height: number): Promise<Grey> => {
  if (width === grey.width && height === grey.height) return grey;
  const data = await greySharp(grey)
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .extractChannel(0)
    .raw()
    .toBuffer();
  return { data, width, height };
};

export const greySharp = ({ data, width, height }: Grey): Sharp =>
  sharp(data, { raw: { width, height, channels: 1 }, limitInputPixels: false });
