import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCheckpointConfig } from '../../../src/model/radvlm/read-config.ts';
import { GOLDEN } from './golden.ts';
import { copyCheckpoint, createTemporaryFolder, editJson } from './spoilt-checkpoint.ts';

const folder = await createTemporaryFolder();
const golden = (name: string) => join(GOLDEN, 'checkpoints', name);

describe('what a configuration says', () => {
  test('in the layout of transformers 5', async () => {
    expect(await readCheckpointConfig(golden('b-gqa-bf16-tied'))).toEqual({
      text: {
        hiddenSize: 64,
        intermediateSize: 176,
        layers: 3,
        heads: 4,
        keyValueHeads: 2,
        headSize: 16,
        vocabularyRows: 512,
        contextTokens: 1024,
        ropeTheta: 10_000,
        normEpsilon: 1e-5,
        tiedHead: true,
      },
      vision: {
        hiddenSize: 48,
        intermediateSize: 96,
        layers: 2,
        heads: 4,
        normEpsilon: 1e-6,
        tile: 48,
        patch: 16,
      },
      image: {
        pinpoints: [
          [48, 48],
          [48, 96],
          [96, 48],
          [96, 96],
        ],
        maxTiles: 9,
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
        rescaleFactor: 0.00392156862745098,
        imageToken: 478,
      },
      endTokens: [477, 475],
    });
  });

  test('in the layout of 4.4x, with what that leaves out', async () => {
    const { text, vision, image, endTokens } = await readCheckpointConfig(golden('c-anyres-fp16'));
    expect(text).toMatchObject({
      ropeTheta: 1e6,
      normEpsilon: 1e-6,
      headSize: 16,
      tiedHead: false,
    });
    expect(vision).toMatchObject({ normEpsilon: 1e-6, layers: 3, tile: 30, patch: 7 });
    expect(image.pinpoints).toHaveLength(36);
    expect(endTokens).toEqual([497]);
  });

  test('a vision_feature_layer of -2 runs one layer less than there are', async () => {
    const { vision } = await readCheckpointConfig(golden('d-layer2-names-5-native'));
    expect(vision.layers).toBe(2);
  });

  test.each([
    [0, 0],
    [1, 1],
    [3, 3],
    [-1, 3],
    [-3, 1],
    [-4, 0],
  ])('a vision_feature_layer of %i runs %i of three', async (layer, run) => {
    const directory = await copyCheckpoint('d-layer2-names-4.4x', folder);
    await editJson(join(directory, 'config.json'), (config) => {
      config['vision_feature_layer'] = layer;
    });
    expect((await readCheckpointConfig(directory)).vision.layers).toBe(run);
  });

  test('end tokens come from config.json where there is no generation_config.json', async () => {
    const directory = await copyCheckpoint('a-mha-fp32', folder);
    await rm(join(directory, 'generation_config.json'));
    expect((await readCheckpointConfig(directory)).endTokens).toEqual([509]);
  });

  test("what nobody says has the default of transformers' classes, which are RadVLM's", async () => {
    const directory = await mkdtemp(join(folder, 'sparse-'));
    const config = {
      model_type: 'llava_onevision',
      text_config: { model_type: 'qwen2', vocab_size: 152_128, eos_token_id: 151_645 },
      vision_config: {
        hidden_size: 1152,
        num_attention_heads: 16,
        image_size: 384,
        patch_size: 14,
      },
    };
    await writeFile(join(directory, 'config.json'), JSON.stringify(config));
    await writeFile(join(directory, 'preprocessor_config.json'), '{}');
    const { text, image, endTokens } = await readCheckpointConfig(directory);
    expect(text).toMatchObject({ contextTokens: 32_768, ropeTheta: 10_000, normEpsilon: 1e-6 });
    expect(image).toMatchObject({ maxTiles: 9, imageToken: 151_646, rescaleFactor: 1 / 255 });
    expect(image.pinpoints).toHaveLength(36);
    expect(image.pinpoints[1]).toEqual([384, 768]);
    expect(endTokens).toEqual([151_645]);
  });
});

type Edit = (content: Record<string, any>) => void;

const set =
  (path: string, value: unknown): Edit =>
  (content) => {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    let at = content;
    for (const key of keys) at = at[key] ??= {};
    at[last] = value;
  };

const spoil = async (file: string, edit: Edit): Promise<string> => {
  const directory = await copyCheckpoint('c-anyres-fp16', folder);
  await editJson(join(directory, file), edit);
  return directory;
};

describe('a checkpoint that would be computed wrongly is refused, with the reason', () => {
  test.each<[string, unknown, RegExp]>([
    ['model_type', 'qwen2_vl', /another kind of model/],
    ['architectures', ['LlavaForConditionalGeneration'], /another kind/],
    ['text_config.model_type', 'llama', /not Qwen2/],
    ['text_config.hidden_act', 'gelu', /SiLU/],
    ['text_config.use_sliding_window', true, /sliding window/],
    ['text_config.layer_types', ['full_attention', 'sliding_attention'], /layers/],
    ['text_config.rope_scaling', { type: 'linear', factor: 2 }, /positions are scaled/],
    ['text_config.rope_parameters', { rope_type: 'yarn' }, /positions are scaled/],
    ['text_config.rope_parameters', { partial_rotary_factor: 0.5 }, /positions are scaled/],
    ['quantization_config', { quant_method: 'gptq' }, /quantised/],
    ['vision_config.model_type', 'clip_vision_model', /not SigLIP/],
    ['vision_config.hidden_act', 'gelu', /activation/],
    ['vision_config.num_channels', 1, /three channels/],
    ['projector_hidden_act', 'relu', /projector/],
    ['multimodal_projector_bias', false, /no bias/],
    ['vision_feature_select_strategy', 'default', /all image features/],
    ['vision_feature_layer', [-2, -1], /several vision layers/],
    ['vision_aspect_ratio', 'pad', /anyres_max_N/],
    ['vision_aspect_ratio', 'anyres_max_0', /anyres_max_N/],
  ])('config.json with %s %j', async (path, value, reason) => {
    const directory = await spoil('config.json', set(path, value));
    await expect(readCheckpointConfig(directory)).rejects.toMatchObject({
      code: 'checkpoint-unsupported',
      message: expect.stringMatching(reason),
    });
  });

  test.each<[string, unknown, RegExp]>([
    ['do_pad', false, /do_pad off/],
    ['do_convert_rgb', false, /do_convert_rgb off/],
    ['do_rescale', false, /do_rescale off/],
    ['resample', 2, /bicubic/],
    ['size', { height: 60, width: 60 }, /tiles/],
  ])('preprocessor_config.json with %s %j', async (path, value, reason) => {
    const directory = await spoil('preprocessor_config.json', set(path, value));
    await expect(readCheckpointConfig(directory)).rejects.toMatchObject({
      code: 'checkpoint-unsupported',
      message: expect.stringMatching(reason),
    });
  });
});

describe('a configuration that is broken', () => {
  test.each<[string, unknown]>([
    ['text_config', null],
    ['text_config.hidden_size', 0],
    ['text_config.hidden_size', 2 ** 30],
    ['text_config.hidden_size', '64'],
    ['text_config.num_hidden_layers', 5000],
    ['text_config.num_attention_heads', 5],
    ['text_config.num_key_value_heads', 3],
    ['text_config.head_dim', 7],
    ['vision_config.num_attention_heads', 5],
    ['vision_config.patch_size', 31],
    ['vision_feature_layer', -5],
    ['vision_feature_layer', 4],
    ['image_token_index', 512],
    ['image_grid_pinpoints', [[30, 30]]],
  ])('config.json with %s %j', async (path, value) => {
    const directory = await spoil('config.json', set(path, value));
    await expect(readCheckpointConfig(directory)).rejects.toMatchObject({
      code: 'checkpoint-file-invalid',
      message: expect.stringContaining('config.json'),
    });
  });

  test.each([
    'config.json',
    'preprocessor_config.json',
    'processor_config.json',
    'generation_config.json',
  ])('%s that is not JSON', async (file) => {
    const directory = await copyCheckpoint('c-anyres-fp16', folder);
    await writeFile(join(directory, file), '{"half": ');
    await expect(readCheckpointConfig(directory)).rejects.toMatchObject({
      code: 'checkpoint-file-invalid',
      message: expect.stringContaining(`${file} cannot be used: it is not JSON`),
    });
  });

  test('a processor that counts other tokens than the model has', async () => {
    const directory = await spoil('processor_config.json', set('num_image_tokens', 25));
    await expect(readCheckpointConfig(directory)).rejects.toMatchObject({
      code: 'checkpoint-file-invalid',
    });
  });

  test('no configuration of the images', async () => {
    const directory = await copyCheckpoint('c-anyres-fp16', folder);
    await rm(join(directory, 'preprocessor_config.json'));
    await expect(readCheckpointConfig(directory)).rejects.toMatchObject({
      code: 'checkpoint-file-missing',
      message: expect.stringContaining('preprocessor_config.json'),
    });
  });

  test.each(['', 'nowhere'])('a folder that is empty or not there ("%s")', async (name) => {
    const empty = await mkdtemp(join(folder, 'empty-'));
    await expect(readCheckpointConfig(join(empty, name))).rejects.toMatchObject({
      code: 'checkpoint-missing',
    });
    expect(await readdir(empty)).toEqual([]);
  });

  test('a folder where config.json should be', async () => {
    const directory = await mkdtemp(join(folder, 'odd-'));
    await mkdir(join(directory, 'config.json'));
    await expect(readCheckpointConfig(directory)).rejects.toMatchObject({
      code: 'checkpoint-file-invalid',
    });
  });
});
