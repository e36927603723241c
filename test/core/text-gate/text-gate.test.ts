import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { drawIdentifier } from '../../../bench/text-gate/draw-identifier.ts';
import { turnPixels } from '../../../src/core/pixels.ts';
import type { Grey } from '../../../src/core/gate/grey.ts';
import { createTextGate } from '../../../src/core/text-gate/create-text-gate.ts';
import { createLogger } from '../../../src/log.ts';
import { namedFilm } from '../../support/named-film.ts';
import { createRandom } from '../../support/random.ts';

/** Loading the models and searching a film takes a second; two loaded cores may take ten times that. */
const TIMEOUT_MS = 60_000;

const gate = createTextGate({ threads: 1, logger: createLogger('silent') });
afterAll(() => gate.close());

const filmOf = async (name: string): Promise<Grey> => {
  const { data, info } = await sharp(await readFile(`assets/films/${name}.png`))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
};

const NAME = { text: 'OKONKWO, ANNA', font: 'Arimo', size: 20, style: 'white', turns: 0 } as const;

describe('the text gate', () => {
  test(
    'finds a name, and covers all of its letters',
    async () => {
      const film = await filmOf('hannover-bd10d5e2-pa');
      const { film: marked, ink } = drawIdentifier(film, NAME, createRandom(3));
      const found = await gate.find(marked);
      const { x1, y1, x2, y2 } = found.find(({ kind }) => kind === 'patient-data')!.box;
      const outside = [...ink.keys()].filter((at) => {
        const x = at % film.width;
        const y = Math.floor(at / film.width);
        return ink[at] === 1 && !(x >= x1 && x < x2 && y >= y1 && y < y2);
      });
      expect(outside).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'finds it in a film that lies on its side, or upside down',
    async () => {
      const film = await filmOf('nih-00000001_000-pa');
      const { film: marked } = drawIdentifier(film, NAME, createRandom(3));
      for (const turns of [1, 2, 3]) {
        const turned = turnPixels({ ...marked, channels: 1 }, { turns, inverted: false });
        expect((await gate.find(turned)).map(({ kind }) => kind)).toContain('patient-data');
      }
    },
    TIMEOUT_MS,
  );

  test(
    'finds it on a slant, as on a photograph of a screen',
    async () => {
      const film = await namedFilm();
      for (const degrees of [4, 12]) {
        const slanted = sharp(film).rotate(degrees, { background: '#222' }).greyscale();
        const { data, info } = await slanted
          .extractChannel(0)
          .raw()
          .toBuffer({ resolveWithObject: true });
        const found = await gate.find({ data, width: info.width, height: info.height });
        expect(found.map(({ kind }) => kind)).toContain('patient-data');
      }
    },
    TIMEOUT_MS,
  );

  test(
    'leaves the markers that real films bear',
    async () => {
      const found = await gate.find(await filmOf('hannover-1663b242-ap'));
      expect(found.map((text) => (text.kind === 'marker' ? text.marker : text.kind))).toEqual(
        expect.arrayContaining(['position', 'side']),
      );
      expect(found.every(({ kind }) => kind === 'marker')).toBe(true);
    },
    TIMEOUT_MS,
  );

  test(
    'finds nothing where nothing is written',
    async () => {
      expect(await gate.find(await filmOf('nih-00027426_000-pa'))).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'hands on places and kinds, never words',
    async () => {
      const { film } = drawIdentifier(await filmOf('nih-00000001_000-pa'), NAME, createRandom(3));
      expect(JSON.stringify(await gate.find(film))).not.toMatch(/okonkwo|anna/i);
    },
    TIMEOUT_MS,
  );
});

test(
  'a gate whose thread has gone fails with a sentence, and searches again with the next picture',
  async () => {
    const own = createTextGate({ threads: 1, logger: createLogger('silent') });
    // A picture that is not as long as it says breaks the search.
    const broken = { data: new Uint8Array(10), width: 200, height: 200 };
    await expect(own.find(broken)).rejects.toMatchObject({ code: 'text-gate-failed' });
    expect(await own.find({ data: new Uint8Array(40_000), width: 200, height: 200 })).toEqual([]);
    await own.close();
    await own.close();
  },
  TIMEOUT_MS,
);
