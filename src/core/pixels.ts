/** 8-bit pixels of a picture, interleaved, rows top to bottom: data[(y * width + x) * channels + channel]. */
export type Pixels = {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 1: grey; 3: RGB. */
  readonly channels: 1 | 3;
};

/** One of the eight ways to hold a picture, seen from how it lies. */
export type Way = {
  /** Quarter turns clockwise, 0 to 3. */
  readonly turns: number;
  /** Black and white swapped. */
  readonly inverted: boolean;
};

/** The picture turned and, if asked, with black and white swapped. */
export const turnPixels = (pixels: Pixels, { turns, inverted }: Way): Pixels => {
  const { data, width, height, channels } = pixels;
  const sideways = turns % 2 === 1;
  const toWidth = sideways ? height : width;
  const toHeight = sideways ? width : height;
  // Where the pixel at (x, y) goes is start + x * stepX + y * stepY, counted in pixels.
  const [start, stepX, stepY] = stepsOf(turns, width, height);
  const flip = inverted ? 255 : 0;
  const out = new Uint8Array(data.length);
  let from = 0;
  for (let y = 0; y < height; y++) {
    let to = (start + y * stepY) * channels;
    for (let x = 0; x < width; x++) {
      // 255 - v is v ^ 255 in eight bits.
      for (let channel = 0; channel < channels; channel++) out[to + channel] = data[from++]! ^ flip;
      to += stepX * channels;
    }
  }
  return { data: out, width: toWidth, height: toHeight, channels };
};

const stepsOf = (turns: number, width: number, height: number): [number, number, number] => {
  switch (turns) {
    case 1:
      return [height - 1, height, -1];
    case 2:
      return [width * height - 1, -1, -width];
    case 3:
      return [(width - 1) * height, -height, 1];
    default:
      return [0, 1, width];
  }
};
