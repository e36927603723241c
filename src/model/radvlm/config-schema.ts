import { z } from 'zod';

/**
 * A checkpoint's JSON files as received: loose, only the fields used. What a file leaves out has the default of the
 * class that reads it in transformers (4.46 and 5.23 agree): Qwen2Config, SiglipVisionConfig, LlavaOnevisionConfig,
 * LlavaOnevisionImageProcessor.
 */

/** Far above any published model (RadVLM: 152,128 rows, 32,768 tokens); keeps a wrong file from asking for all memory. */
const COUNT_LIMIT = 2 ** 24;
const LAYER_LIMIT = 1024;
/** RadVLM has 36. */
const PINPOINT_LIMIT = 1024;

const count = z.int().min(1).max(COUNT_LIMIT);
const layers = z.int().min(1).max(LAYER_LIMIT);
const token = z.int().min(0).max(COUNT_LIMIT);
const endTokens = z.union([token, z.array(token)]).nullish();
const epsilon = z.number().positive().max(1);

const rope = z.looseObject({
  rope_theta: z.number().positive().nullish(),
  rope_type: z.string().nullish(),
  type: z.string().nullish(),
  partial_rotary_factor: z.number().nullish(),
});

const textConfig = z.looseObject({
  model_type: z.string().default('qwen2'),
  hidden_size: count.default(4096),
  intermediate_size: count.default(22016),
  num_hidden_layers: layers.default(32),
  num_attention_heads: count.default(32),
  num_key_value_heads: count.nullable().default(32),
  head_dim: count.nullish(),
  vocab_size: count.default(151_936),
  max_position_embeddings: count.default(32_768),
  rope_theta: z.number().positive().default(10_000),
  rope_parameters: rope.nullish(),
  rope_scaling: rope.nullish(),
  rms_norm_eps: epsilon.default(1e-6),
  hidden_act: z.string().default('silu'),
  tie_word_embeddings: z.boolean().nullish(),
  use_sliding_window: z.boolean().nullish(),
  layer_types: z.array(z.string()).nullish(),
  eos_token_id: endTokens,
});

const visionConfig = z.looseObject({
  model_type: z.string().default('siglip_vision_model'),
  hidden_size: count.default(768),
  intermediate_size: count.default(3072),
  num_hidden_layers: layers.default(12),
  num_attention_heads: count.default(12),
  num_channels: count.default(3),
  image_size: count.default(224),
  patch_size: count.default(16),
  layer_norm_eps: epsilon.default(1e-6),
  hidden_act: z.string().default('gelu_pytorch_tanh'),
});

const side = z.int().min(1).max(COUNT_LIMIT);

/** Six by six canvases of 384: RadVLM's, and the default of both classes. */
const SIDES = [384, 768, 1152, 1536, 1920, 2304];
const DEFAULT_PINPOINTS = SIDES.flatMap((height) =>
  SIDES.map((width): [number, number] => [height, width]),
);

const pinpoints = z
  .array(z.tuple([side, side]))
  .min(1)
  .max(PINPOINT_LIMIT)
  .default(DEFAULT_PINPOINTS);

export const modelConfigSchema = z.looseObject({
  architectures: z.array(z.string()).nullish(),
  model_type: z.string(),
  image_token_index: token.nullish(),
  image_token_id: token.nullish(),
  projector_hidden_act: z.string().default('gelu'),
  multimodal_projector_bias: z.boolean().nullish(),
  vision_feature_layer: z.union([z.int(), z.array(z.int())]).default(-1),
  vision_feature_select_strategy: z.string().default('full'),
  vision_aspect_ratio: z.string().default('anyres_max_9'),
  image_grid_pinpoints: pinpoints,
  tie_word_embeddings: z.boolean().nullish(),
  eos_token_id: endTokens,
  quantization_config: z.unknown().optional(),
  text_config: textConfig,
  vision_config: visionConfig,
});

export type ModelConfig = z.infer<typeof modelConfigSchema>;

const channels = z.tuple([z.number(), z.number(), z.number()]);

export const imageProcessorSchema = z.looseObject({
  do_convert_rgb: z.boolean().nullish(),
  do_resize: z.boolean().nullish(),
  do_rescale: z.boolean().nullish(),
  do_normalize: z.boolean().nullish(),
  do_pad: z.boolean().nullish(),
  resample: z.int().default(3),
  size: z.looseObject({ height: side, width: side }).default({ height: 384, width: 384 }),
  image_grid_pinpoints: pinpoints,
  // CLIP's, which the class has; RadVLM's file names SigLIP's 0.5.
  image_mean: channels.default([0.48145466, 0.4578275, 0.40821073]),
  image_std: channels.default([0.26862954, 0.26130258, 0.27577711]),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
});

export type ImageProcessorConfig = z.infer<typeof imageProcessorSchema>;

export const processorSchema = z.looseObject({
  image_processor: z.looseObject({}).nullish(),
  num_image_tokens: z.int().nullish(),
  vision_aspect_ratio: z.string().nullish(),
  vision_feature_select_strategy: z.string().nullish(),
});

export type ProcessorConfig = z.infer<typeof processorSchema>;

export const generationSchema = z.looseObject({ eos_token_id: endTokens });

export const shardIndexSchema = z.looseObject({
  weight_map: z.record(z.string(), z.string()),
});
