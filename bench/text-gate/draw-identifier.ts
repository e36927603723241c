import { fileURLToPath } from 'node:url';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import type { Random } from '../../test/support/random.ts';
import type { Grey } from '../../src/core/gate/grey.ts';
import type { PixelBox } from '../../src/core/text-gate/text-gate.ts';

/** Five faces: two plain ones, two of fixed width as consoles write, one with serifs. */
const FONT_FILES = {
  Inter: 'assets/fonts/inter-semibold.ttf',
  Arimo: fileURLToPath(
    import.meta.resolve('@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf'),
  ),
  Cousine: fileURLToPath(
    import.meta.resolve('@expo-google-fonts/cousine/400Regular/Cousine_400Regular.ttf'),
  ),
  Tinos: fileURLToPath(
    import.meta.resolve('@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf'),
  ),
  'Roboto Mono': fileURLToPath(
    import.meta.resolve('@expo-google-fonts/roboto-mono/400Regular/RobotoMono_400Regular.ttf'),
  ),
} as const;

export const FONTS = Object.keys(FONT_FILES);
/** Pixels of the film. */
export const SIZES = [10, 14, 20, 28] as const;
export const STYLES = ['white', 'black', 'boxed'] as const;
/** Quarter turns, clockwise. */
export const TURNS = [0, 0, 0, 1, 3] as const;

export type Drawing = {
  readonly text: string;
  readonly font: string;
  readonly size: number;
  readonly style: (typeof STYLES)[number];
  readonly turns: number;
};

/** The film with the identifier, and which pixels are letters that can be seen: some may lie on ground of their own shade. */
export type Marked = { readonly film: Grey; readonly ink: Uint8Array; readonly box: PixelBox };

/** Grey levels between letters and the mean of their ground, below which nobody reads them. */
const LEAST_CONTRAST = 32;
const TRIES = 200;

/** Writes it somewhere where it can be read: anywhere if boxed, else where the ground is unlike the letters. */
export const drawIdentifier = (film: Grey, drawing: Drawing, random: Random): Marked => {
  const stamp = renderStamp(drawing);
  const ground = drawing.style === 'black' ? 0 : 255;
  let place: PixelBox | undefined;
  let bestContrast = -1;
  for (let attempt = 0; attempt < TRIES && bestContrast < LEAST_CONTRAST; attempt++) {
    const tried = placeOf(film, stamp, random);
    const contrast = drawing.style === 'boxed' ? 255 : Math.abs(meanOf(film, tried) - ground);
    if (contrast <= bestContrast) continue;
    place = tried;
    bestContrast = contrast;
  }
  if (place === undefined) throw new Error('the film is smaller than the identifier');
  return put(film, stamp, place);
};

/**
 * `cover`: how much of the film it hides, 0..255. `letters`: 1 where a letter is, not the box that it stands in. `ground`:
 * that box's grey level; undefined: the film is the ground.
 */
type Stamp = Grey & {
  readonly cover: Uint8Array;
  readonly letters: Uint8Array;
  readonly ground: number | undefined;
};

/** The identifier by itself, with antialiasing. */
const renderStamp = ({ text, font, size, style, turns }: Drawing): Stamp => {
  for (const [name, file] of Object.entries(FONT_FILES))
    if (!GlobalFonts.has(`bench ${name}`)) GlobalFonts.registerFromPath(file, `bench ${name}`);
  const type = `${size}px "bench ${font}"`;
  const probe = createCanvas(1, 1).getContext('2d');
  probe.font = type;
  const pad = Math.ceil(size / 4);
  const width = Math.ceil(probe.measureText(text).width) + 2 * pad;
  const height = Math.ceil(size * 1.2) + 2 * pad;
  const canvas = turns % 2 === 0 ? createCanvas(width, height) : createCanvas(height, width);
  const context = canvas.getContext('2d');
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turns * Math.PI) / 2);
  context.translate(-width / 2, -height / 2);
  if (style === 'boxed') {
    context.fillStyle = '#000';
    context.fillRect(0, 0, width, height);
  }
  context.font = type;
  context.textBaseline = 'middle';
  context.fillStyle = style === 'black' ? '#000' : '#fff';
  context.fillText(text, pad, height / 2);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = canvas.width * canvas.height;
  const channel = (offset: number) =>
    Uint8Array.from({ length: pixels }, (_, i) => data[4 * i + offset]!);
  const [grey, cover] = [channel(0), channel(3)];
  const shades = style === 'boxed' ? grey : cover;
  return {
    data: grey,
    cover,
    letters: shades.map((shade) => (shade > 128 ? 1 : 0)),
    ground: style === 'boxed' ? 0 : undefined,
    width: canvas.width,
    height: canvas.height,
  };
};

const placeOf = (film: Grey, { width, height }: Stamp, random: Random): PixelBox => {
  const x1 = random.below(film.width - width);
  const y1 = random.below(film.height - height);
  return { x1, y1, x2: x1 + width, y2: y1 + height };
};

const meanOf = ({ data, width }: Grey, { x1, y1, x2, y2 }: PixelBox): number => {
  let sum = 0;
  for (let y = y1; y < y2; y++) for (let x = x1; x < x2; x++) sum += data[y * width + x]!;
  return sum / ((x2 - x1) * (y2 - y1));
};

const put = (film: Grey, stamp: Stamp, box: PixelBox): Marked => {
  const data = Uint8Array.from(film.data);
  const ink = new Uint8Array(data.length);
  for (let y = 0; y < stamp.height; y++)
    for (let x = 0; x < stamp.width; x++) {
      const from = y * stamp.width + x;
      const to = (box.y1 + y) * film.width + box.x1 + x;
      const share = stamp.cover[from]! / 255;
      const before = stamp.ground ?? data[to]!;
      data[to] = Math.round(stamp.data[from]! * share + data[to]! * (1 - share));
      if (stamp.letters[from] === 1 && Math.abs(data[to]! - before) >= LEAST_CONTRAST) ink[to] = 1;
    }
  return { film: { ...film, data }, ink, box };
};
