/**
 * A line of text as it lies: a rectangle around `x`, `y` (its middle), `length` along the line and `thickness` across
 * it, turned by `angle` (radians, clockwise on the screen, -π/2 < angle ≤ π/2). All in pixels of the picture.
 */
export type TextRegion = {
  readonly x: number;
  readonly y: number;
  readonly length: number;
  readonly thickness: number;
  readonly angle: number;
  /** Mean likelihood of its pixels. */
  readonly score: number;
};

/** A pixel belongs to text from this likelihood on; a line of them is one from that mean on. */
const PIXEL_THRESHOLD = 0.3;
const REGION_THRESHOLD = 0.5;
/** Of the map; what is thinner is no text: of letters 8 pixels high, at twice their size, 6 are marked. */
const LEAST_THICKNESS = 4;
/** What is thicker than this share of the picture's longer side is no line of text: lungs are taken for one. */
const MOST_THICKNESS = 1 / 8;
/** The detector marks the middle of a line; its edges lie area / circumference times this farther out. */
const UNCLIP = 1.6;
/** Below this length by thickness a line has no direction to speak of. */
const CLEARLY_LONG = 1.8;
/** Lines nearer to an axis than this lie along it. */
const ALONG_AXIS = (4 * Math.PI) / 180;

export type LikelihoodMap = {
  readonly map: Float32Array;
  readonly width: number;
  readonly height: number;
};

/** Connected pixels of the map as lines of text, in the picture's pixels: one of the map is `scaleX` by `scaleY` of those. */
export const findRegions = (
  { map, width, height }: LikelihoodMap,
  scaleX: number,
  scaleY: number,
): readonly TextRegion[] => {
  const seen = new Uint8Array(map.length);
  const regions: TextRegion[] = [];
  for (let start = 0; start < map.length; start++) {
    if (seen[start] === 1 || map[start]! < PIXEL_THRESHOLD) continue;
    const pixels = collect({ map, width, height }, seen, start);
    const region = regionOf(pixels, { map, width, height });
    if (region === undefined) continue;
    // Both scales are the same but for rounding.
    const scale = Math.sqrt(scaleX * scaleY);
    regions.push({
      ...region,
      x: region.x * scaleX,
      y: region.y * scaleY,
      length: region.length * scale,
      thickness: region.thickness * scale,
    });
  }
  return regions;
};

/** The pixels that hang together with `start`, in eight directions. */
const collect = (
  { map, width, height }: LikelihoodMap,
  seen: Uint8Array,
  start: number,
): readonly number[] => {
  const pixels = [start];
  seen[start] = 1;
  for (let next = 0; next < pixels.length; next++) {
    const at = pixels[next]!;
    const x = at % width;
    const y = (at - x) / width;
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        const neighbour = ny * width + nx;
        if (seen[neighbour] === 1 || map[neighbour]! < PIXEL_THRESHOLD) continue;
        seen[neighbour] = 1;
        pixels.push(neighbour);
      }
  }
  return pixels;
};

const regionOf = (
  pixels: readonly number[],
  { map, ...size }: LikelihoodMap,
): TextRegion | undefined => {
  const { width } = size;
  let score = 0;
  let sumX = 0;
  let sumY = 0;
  for (const at of pixels) {
    const x = at % width;
    score += map[at]!;
    sumX += x;
    sumY += (at - x) / width;
  }
  const count = pixels.length;
  if (score / count < REGION_THRESHOLD) return undefined;
  const angle = angleOf(pixels, width, sumX / count, sumY / count);
  const box = boxAlong(pixels, width, angle);
  const thinner = Math.min(box.length, box.thickness);
  if (thinner < LEAST_THICKNESS || thinner > MOST_THICKNESS * Math.max(size.width, size.height))
    return undefined;
  const out = (box.length * box.thickness * UNCLIP) / (2 * (box.length + box.thickness));
  return {
    ...box,
    length: box.length + 2 * out,
    thickness: box.thickness + 2 * out,
    angle,
    score: score / count,
  };
};

/** Of the line that the pixels lie along: the principal axis of their spread; an axis of the picture if it is near one. */
const angleOf = (
  pixels: readonly number[],
  width: number,
  middleX: number,
  middleY: number,
): number => {
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (const at of pixels) {
    const x = at % width;
    const dx = x - middleX;
    const dy = (at - x) / width - middleY;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy);
  const spread = Math.hypot(xx - yy, 2 * xy);
  const ratio = Math.sqrt((xx + yy + spread) / Math.max(1e-9, xx + yy - spread));
  const upright = Math.abs(angle) <= Math.PI / 4 ? 0 : Math.PI / 2;
  const off = Math.abs(Math.abs(angle) - upright);
  return ratio < CLEARLY_LONG || off < ALONG_AXIS ? upright : angle;
};

const boxAlong = (
  pixels: readonly number[],
  width: number,
  angle: number,
): Pick<TextRegion, 'x' | 'y' | 'length' | 'thickness'> => {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  let least = Infinity;
  let most = -Infinity;
  let leastAcross = Infinity;
  let mostAcross = -Infinity;
  for (const at of pixels) {
    const x = (at % width) + 0.5;
    const y = Math.floor(at / width) + 0.5;
    const along = x * cos + y * sin;
    const across = y * cos - x * sin;
    least = Math.min(least, along);
    most = Math.max(most, along);
    leastAcross = Math.min(leastAcross, across);
    mostAcross = Math.max(mostAcross, across);
  }
  const along = (least + most) / 2;
  const across = (leastAcross + mostAcross) / 2;
  return {
    x: along * cos - across * sin,
    y: along * sin + across * cos,
    // A pixel is one wide.
    length: most - least + 1,
    thickness: mostAcross - leastAcross + 1,
  };
};
