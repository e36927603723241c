import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The package's own folder, from src/ and from dist/ alike. */
const FILMS = new URL('../../../assets/films/', import.meta.url);

/** A film that ships with us, for who has none at hand. `credit` is shown wherever the film is. */
export type Sample = {
  readonly id: string;
  readonly title: string;
  readonly credit: string;
  readonly source: string;
};

const HANNOVER = {
  credit: 'COVID-19 Image Repository, Hannover Medical School, CC BY 3.0',
  source: 'https://doi.org/10.6084/m9.figshare.12275009',
};
const NIH = {
  credit: 'ChestX-ray14, NIH Clinical Center (Wang et al., CVPR 2017)',
  source: 'https://nihcc.app.box.com/v/ChestXray-NIHCC',
};

/** Of assets/films, whose ATTRIBUTION.md has the whole story; titles say no more than the source does. */
export const SAMPLES: readonly Sample[] = [
  { id: 'nih-00000001_000-pa', title: 'PA, cardiomegaly', ...NIH },
  { id: 'nih-00027426_000-pa', title: 'PA, no finding', ...NIH },
  { id: 'hannover-bd10d5e2-pa', title: 'PA', ...HANNOVER },
  { id: 'hannover-3b46de94-pa', title: 'PA', ...HANNOVER },
  { id: 'hannover-1663b242-ap', title: 'AP', ...HANNOVER },
  { id: 'hannover-a38e1877-ap', title: 'AP', ...HANNOVER },
];

/** A sample's PNG; undefined when there is none of that id. */
export const readSample = async (id: string): Promise<Uint8Array | undefined> =>
  SAMPLES.some((sample) => sample.id === id)
    ? await readFile(fileURLToPath(new URL(`${id}.png`, FILMS)))
    : undefined;
