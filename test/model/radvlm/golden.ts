import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import type { ImageConfig, VisionConfig } from '../../../src/model/radvlm/config.ts';
import type { Pixels } from '../../../src/model/radvlm/resize.ts';
import type { ModelMessage } from '../../../src/model/model.ts';

/** Reads the reference numbers of test/fixtures/golden, with no code of src, so that they stay a second opinion. */
export const GOLDEN = 'test/fixtures/golden';

export type GoldenCase = {
  readonly model: string;
  readonly name: string;
  /** Every one has the same weights. */
  readonly checkpoints: readonly string[];
  readonly image: string | null;
  readonly conversation: readonly {
    readonly role: 'system' | 'user' | 'assistant';
    readonly content: readonly { readonly type: 'image' | 'text'; readonly text?: string }[];
  }[];
  readonly prompt: string;
  readonly input_ids: readonly number[];
  readonly image_tokens: {
    readonly id: number;
    readonly start: number;
    readonly count: number;
  } | null;
  readonly pixel_values_sha256: string | undefined;
};

export const readJson = async <Value>(path: string): Promise<Value> =>
  JSON.parse(await readFile(path, 'utf8')) as Value;

/** sharp turns grey into RGB unless told not to. */
export const readPixels = async (path: string): Promise<Pixels> => {
  const picture = sharp(await readFile(path));
  const channels = (await picture.metadata()).channels === 1 ? 1 : 3;
  const { data, info } = await picture
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels };
};

/** Every conversation of every tiny model; the padded batches, which have no conversation of their own, are left out. */
export const readCases = async (): Promise<GoldenCase[]> => {
  const models = (await readdir(join(GOLDEN, 'cases'), { withFileTypes: true })).filter((entry) =>
    entry.isDirectory(),
  );
  const cases: GoldenCase[] = [];
  for (const { name: model } of models) {
    const files = (await readdir(join(GOLDEN, 'cases', model))).filter((file) =>
      /^(?!batch).*\.json$/.test(file),
    );
    for (const file of files) {
      const row = await readJson<Omit<GoldenCase, 'model' | 'name'>>(
        join(GOLDEN, 'cases', model, file),
      );
      cases.push({ ...row, model, name: basename(file, '.json') });
    }
  }
  return cases;
};

export const messagesOf = (
  goldenCase: GoldenCase,
  size: { width: number; height: number },
): ModelMessage[] =>
  goldenCase.conversation.map(({ role, content }) => ({
    role,
    text: content.map((part) => part.text ?? '').join(''),
    images: content
      .filter((part) => part.type === 'image')
      .map(() => ({ sha256: 'f'.repeat(64), ...size, png: new Uint8Array() })),
  }));

type ImageFile = {
  readonly image_grid_pinpoints: [number, number][];
  readonly image_mean: [number, number, number];
  readonly image_std: [number, number, number];
  readonly rescale_factor: number;
};

/** What preprocessing needs of a tiny checkpoint's files, in either layout. */
export const readImageSide = async (
  checkpoint: string,
): Promise<{ vision: VisionConfig; image: ImageConfig }> => {
  const folder = join(GOLDEN, 'checkpoints', checkpoint);
  const config = await readJson<{
    image_token_index: number;
    vision_config: { image_size: number; patch_size: number };
  }>(join(folder, 'config.json'));
  const processor = await readJson<{ image_processor?: ImageFile }>(
    join(folder, 'processor_config.json'),
  );
  const file =
    processor.image_processor ??
    (await readJson<ImageFile>(join(folder, 'preprocessor_config.json')));
  return {
    vision: visionOf(config.vision_config.image_size, config.vision_config.patch_size),
    image: {
      pinpoints: file.image_grid_pinpoints,
      maxTiles: 9,
      mean: file.image_mean,
      std: file.image_std,
      rescaleFactor: file.rescale_factor,
      imageToken: config.image_token_index,
    },
  };
};

/** A vision tower of which only the shape of its input matters. */
export const visionOf = (tile: number, patch: number): VisionConfig => ({
  tile,
  patch,
  hiddenSize: 0,
  intermediateSize: 0,
  layers: 0,
  heads: 0,
  normEpsilon: 0,
});

/** An image config of which only the grid matters. */
export const imageOf = (pinpoints: readonly (readonly [number, number])[]): ImageConfig => ({
  pinpoints,
  maxTiles: 9,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
  rescaleFactor: 1 / 255,
  imageToken: 0,
});
