import { WetreadError } from '../../errors.ts';
import {
  generationSchema,
  imageProcessorSchema,
  modelConfigSchema,
  processorSchema,
  type ImageProcessorConfig,
  type ModelConfig,
  type ProcessorConfig,
} from './config-schema.ts';
import type { CheckpointConfig, ImageConfig, TextConfig, VisionConfig } from './config.ts';
import { readJson } from './read-json.ts';

/** Image tokens of llava-hf/llava-onevision-*, the default of LlavaOnevisionConfig. */
const DEFAULT_IMAGE_TOKEN = 151_646;

const architectureSchema = modelConfigSchema.pick({ model_type: true, architectures: true });

const unsupported = (reason: string): WetreadError =>
  new WetreadError('checkpoint-unsupported', { reason });

const invalid = (part: string, reason: string): WetreadError =>
  new WetreadError('checkpoint-file-invalid', { part, reason });

/**
 * Reads the shapes and settings of a Hugging Face LLaVA-OneVision checkpoint, in the layout of transformers 4.4x
 * (preprocessor_config.json, text_config.rope_theta) or 5 (image_processor inside processor_config.json,
 * text_config.rope_parameters). Fails with `checkpoint-missing`, `checkpoint-file-missing`,
 * `checkpoint-file-invalid`, or `checkpoint-unsupported` for what this runtime would compute wrongly.
 */
export const readCheckpointConfig = async (directory: string): Promise<CheckpointConfig> => {
  const architecture = await readJson(directory, 'config.json', architectureSchema);
  if (architecture === undefined) throw new WetreadError('checkpoint-missing');
  checkArchitecture(architecture);
  const model = await readJson(directory, 'config.json', modelConfigSchema);
  if (model === undefined) throw new WetreadError('checkpoint-missing');
  const processor = (await readJson(directory, 'processor_config.json', processorSchema)) ?? {};
  const imageProcessor = await readImageProcessor(directory, processor);
  const generation = await readJson(directory, 'generation_config.json', generationSchema);

  const text = textConfigOf(model);
  const vision = visionConfigOf(model);
  const image = imageConfigOf(model, imageProcessor, vision);
  checkProcessor(model, processor, vision);
  const endTokens = listOf(
    generation?.eos_token_id ?? model.text_config.eos_token_id ?? model.eos_token_id,
  );
  if (endTokens.length === 0) throw invalid('config.json', 'it names no token that ends an answer');
  if ([image.imageToken, ...endTokens].some((token) => token >= text.vocabularyRows))
    throw invalid('config.json', 'it names tokens beyond its vocabulary');
  return { text, vision, image, endTokens };
};

const listOf = (tokens: number | readonly number[] | null | undefined): readonly number[] =>
  typeof tokens === 'number' ? [tokens] : (tokens ?? []);

/** Looked at before the shapes, so that another model is told that it is another and not that a field is wrong. */
const checkArchitecture = ({
  model_type: type,
  architectures,
}: Pick<ModelConfig, 'model_type' | 'architectures'>): void => {
  if (type !== 'llava_onevision') throw unsupported('it is another kind of model');
  const names = architectures ?? [];
  if (names.length > 0 && !names.includes('LlavaOnevisionForConditionalGeneration'))
    throw unsupported('it is another kind of LLaVA-OneVision model');
};

/** In the order in which transformers 5 looks: inside the processor's file, then in a file of its own. */
const readImageProcessor = async (
  directory: string,
  processor: ProcessorConfig,
): Promise<ImageProcessorConfig> => {
  if (processor.image_processor) {
    const result = imageProcessorSchema.safeParse(processor.image_processor);
    if (result.success) return result.data;
    throw invalid('processor_config.json', 'its image_processor is not one');
  }
  const own = await readJson(directory, 'preprocessor_config.json', imageProcessorSchema);
  if (own === undefined)
    throw new WetreadError('checkpoint-file-missing', { part: 'preprocessor_config.json' });
  return own;
};

/** LlavaOnevisionConfig.text_config: Qwen2Config. */
const textConfigOf = (model: ModelConfig): TextConfig => {
  const config = model.text_config;
  if (config.model_type !== 'qwen2') throw unsupported('its language model is not Qwen2');
  if (config.hidden_act !== 'silu')
    throw unsupported('its language model has another activation than SiLU');
  if (model.quantization_config) throw unsupported('its weights are quantised already');
  checkAttention(config);
  const heads = config.num_attention_heads;
  const keyValueHeads = config.num_key_value_heads ?? heads;
  const headSize = config.head_dim ?? config.hidden_size / heads;
  if (heads % keyValueHeads !== 0 || !Number.isInteger(headSize) || headSize % 2 !== 0)
    throw invalid('config.json', 'its attention heads do not fit its width');
  return {
    hiddenSize: config.hidden_size,
    intermediateSize: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads,
    keyValueHeads,
    headSize,
    vocabularyRows: config.vocab_size,
    contextTokens: config.max_position_embeddings,
    ropeTheta: config.rope_parameters?.rope_theta ?? config.rope_theta,
    normEpsilon: config.rms_norm_eps,
    tiedHead: config.tie_word_embeddings === true || model.tie_word_embeddings === true,
  };
};

const checkAttention = (config: ModelConfig['text_config']): void => {
  if (config.use_sliding_window === true) throw unsupported('it attends through a sliding window');
  if (config.layer_types?.some((type) => type !== 'full_attention') === true)
    throw unsupported('some of its layers do not attend to everything before');
  for (const rope of [config.rope_parameters, config.rope_scaling]) {
    const type = rope?.rope_type ?? rope?.type ?? 'default';
    if (type !== 'default' || (rope?.partial_rotary_factor ?? 1) !== 1)
      throw unsupported('its positions are scaled');
  }
};

/** LlavaOnevisionConfig.vision_config: SiglipVisionConfig. */
const visionConfigOf = (model: ModelConfig): VisionConfig => {
  const config = model.vision_config;
  if (config.model_type !== 'siglip_vision_model')
    throw unsupported('its vision tower is not SigLIP');
  if (config.hidden_act !== 'gelu_pytorch_tanh')
    throw unsupported('its vision tower has another activation than tanh GELU');
  if (config.num_channels !== 3) throw unsupported('it does not take pictures of three channels');
  if (model.projector_hidden_act !== 'gelu')
    throw unsupported('its projector has another activation than GELU');
  if (model.multimodal_projector_bias === false) throw unsupported('its projector has no bias');
  if (model.vision_feature_select_strategy !== 'full')
    throw unsupported('it does not use all image features');
  if (config.hidden_size % config.num_attention_heads !== 0)
    throw invalid('config.json', "its vision tower's heads do not fit its width");
  if (config.patch_size > config.image_size)
    throw invalid('config.json', 'its patches are larger than its tiles');
  return {
    hiddenSize: config.hidden_size,
    intermediateSize: config.intermediate_size,
    layers: selectedLayers(model),
    heads: config.num_attention_heads,
    normEpsilon: config.layer_norm_eps,
    tile: config.image_size,
    patch: config.patch_size,
  };
};

/**
 * How many layers run: `hidden_states[vision_feature_layer]`, where hidden_states has the embeddings first and the
 * plain output of every layer after them.
 */
const selectedLayers = (model: ModelConfig): number => {
  const layer = model.vision_feature_layer;
  if (typeof layer !== 'number')
    throw unsupported('it joins the features of several vision layers');
  const all = model.vision_config.num_hidden_layers;
  const run = layer < 0 ? all + 1 + layer : layer;
  if (run < 0 || run > all) throw invalid('config.json', 'its vision_feature_layer does not exist');
  return run;
};

const imageConfigOf = (
  model: ModelConfig,
  processor: ImageProcessorConfig,
  vision: VisionConfig,
): ImageConfig => {
  const steps = ['do_convert_rgb', 'do_resize', 'do_rescale', 'do_normalize', 'do_pad'] as const;
  const off = steps.find((step) => processor[step] === false);
  if (off !== undefined) throw unsupported(`its image processor has ${off} off`);
  if (processor.resample !== 3) throw unsupported('its pictures are not resized with bicubic');
  const { tile } = vision;
  if (processor.size.height !== tile || processor.size.width !== tile)
    throw unsupported("its image processor's tiles are not the vision tower's");
  const pinpoints = processor.image_grid_pinpoints;
  if (pinpoints.some(([height, width]) => height % tile !== 0 || width % tile !== 0))
    throw unsupported('some of its canvases are not made of whole tiles');
  if (JSON.stringify(pinpoints) !== JSON.stringify(model.image_grid_pinpoints))
    throw invalid('config.json', "its image_grid_pinpoints are not the image processor's");
  if (processor.image_std.some((value) => value <= 0))
    throw invalid('preprocessor_config.json', 'its image_std is not positive');
  return {
    pinpoints,
    maxTiles: maxTilesOf(model.vision_aspect_ratio),
    mean: processor.image_mean,
    std: processor.image_std,
    rescaleFactor: processor.rescale_factor,
    imageToken: model.image_token_index ?? model.image_token_id ?? DEFAULT_IMAGE_TOKEN,
  };
};

const maxTilesOf = (aspectRatio: string): number => {
  const tiles = Number(/^anyres_max_(\d{1,4})$/.exec(aspectRatio)?.[1] ?? 0);
  if (tiles === 0) throw unsupported('its vision_aspect_ratio is not anyres_max_N');
  return tiles;
};

/** What the processor counts tokens by must be what the model packs by, or transformers itself would refuse. */
const checkProcessor = (
  model: ModelConfig,
  processor: ProcessorConfig,
  { tile, patch }: VisionConfig,
): void => {
  const tokens = Math.floor(tile / patch) ** 2;
  if (
    (processor.num_image_tokens ?? tokens) !== tokens ||
    (processor.vision_aspect_ratio ?? model.vision_aspect_ratio) !== model.vision_aspect_ratio ||
    (processor.vision_feature_select_strategy ?? 'full') !== 'full'
  )
    throw invalid('processor_config.json', 'it counts other image tokens than the model has');
};
