import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import type { TextConfig } from '../../src/model/radvlm/config.ts';
import { RADVLM_IMAGE, RADVLM_VISION } from '../radvlm-shape.ts';
import { randomWeights } from './random-numbers.ts';

/** bf16, as RadVLM's weights are published. */
const ELEMENT_BYTES = 2;
/** As transformers cuts a checkpoint. */
const SHARD_BYTES = 5e9;
/** Random numbers that all weights are cut from, each from another place: as random to a quantiser, and written fast. */
const POOL_NUMBERS = 16 * 2 ** 20;
const PIECE_NUMBERS = 4 * 2 ** 20;

type Tensor = { readonly name: string; readonly shape: readonly number[]; readonly ones?: boolean };

/** Writes a LLaVA-OneVision checkpoint of a true shape with random weights: it speaks of speed and memory, never of answers. */
export const writeRandomCheckpoint = async (folder: string, text: TextConfig): Promise<number> => {
  await mkdir(folder, { recursive: true });
  const shards: Tensor[][] = [[]];
  let shardBytes = 0;
  for (const tensor of [...visionTensors(text), ...textTensors(text)]) {
    const bytes = elementsOf(tensor) * ELEMENT_BYTES;
    if (shardBytes + bytes > SHARD_BYTES) {
      shards.push([]);
      shardBytes = 0;
    }
    shards.at(-1)?.push(tensor);
    shardBytes += bytes;
  }
  const pool = bfloat16(randomWeights(POOL_NUMBERS, 1));
  const weightMap: Record<string, string> = {};
  let total = 0;
  for (const [index, tensors] of shards.entries()) {
    const number = (n: number): string => String(n).padStart(5, '0');
    const name = `model-${number(index + 1)}-of-${number(shards.length)}.safetensors`;
    total += await writeShard(join(folder, name), tensors, pool);
    for (const tensor of tensors) weightMap[tensor.name] = name;
  }
  await writeJson(folder, 'model.safetensors.index.json', {
    metadata: { total_size: total },
    weight_map: weightMap,
  });
  await writeConfiguration(folder, text);
  return total;
};

const elementsOf = ({ shape }: Tensor): number =>
  shape.reduce((product, side) => product * side, 1);

const textTensors = (text: TextConfig): Tensor[] => {
  const { hiddenSize: width, intermediateSize, vocabularyRows } = text;
  const [query, key] = [text.heads * text.headSize, text.keyValueHeads * text.headSize];
  const model = 'language_model.model';
  const layers = Array.from({ length: text.layers }, (_, layer): Tensor[] => {
    const prefix = `${model}.layers.${layer}`;
    const projections = [
      ['q_proj', query],
      ['k_proj', key],
      ['v_proj', key],
    ] as const;
    return [
      { name: `${prefix}.input_layernorm.weight`, shape: [width], ones: true },
      { name: `${prefix}.post_attention_layernorm.weight`, shape: [width], ones: true },
      ...projections.flatMap(([part, rows]) => [
        { name: `${prefix}.self_attn.${part}.weight`, shape: [rows, width] },
        { name: `${prefix}.self_attn.${part}.bias`, shape: [rows] },
      ]),
      { name: `${prefix}.self_attn.o_proj.weight`, shape: [width, query] },
      { name: `${prefix}.mlp.gate_proj.weight`, shape: [intermediateSize, width] },
      { name: `${prefix}.mlp.up_proj.weight`, shape: [intermediateSize, width] },
      { name: `${prefix}.mlp.down_proj.weight`, shape: [width, intermediateSize] },
    ];
  });
  return [
    { name: `${model}.embed_tokens.weight`, shape: [vocabularyRows, width] },
    ...layers.flat(),
    { name: `${model}.norm.weight`, shape: [width], ones: true },
    { name: 'language_model.lm_head.weight', shape: [vocabularyRows, width] },
  ];
};

const visionTensors = (text: TextConfig): Tensor[] => {
  const { hiddenSize: width, intermediateSize, layers, tile, patch } = RADVLM_VISION;
  const model = 'vision_tower.vision_model';
  const linear = (name: string, rows: number, columns: number): Tensor[] => [
    { name: `${name}.weight`, shape: [rows, columns] },
    { name: `${name}.bias`, shape: [rows] },
  ];
  const norm = (name: string): Tensor[] => [
    { name: `${name}.weight`, shape: [width], ones: true },
    { name: `${name}.bias`, shape: [width] },
  ];
  const encoder = Array.from({ length: layers }, (_, layer): Tensor[] => {
    const prefix = `${model}.encoder.layers.${layer}`;
    return [
      ...norm(`${prefix}.layer_norm1`),
      ...['q_proj', 'k_proj', 'v_proj', 'out_proj'].flatMap((part) =>
        linear(`${prefix}.self_attn.${part}`, width, width),
      ),
      ...norm(`${prefix}.layer_norm2`),
      ...linear(`${prefix}.mlp.fc1`, intermediateSize, width),
      ...linear(`${prefix}.mlp.fc2`, width, intermediateSize),
    ];
  });
  const embeddings = `${model}.embeddings`;
  return [
    { name: `${embeddings}.patch_embedding.weight`, shape: [width, 3, patch, patch] },
    { name: `${embeddings}.patch_embedding.bias`, shape: [width] },
    {
      name: `${embeddings}.position_embedding.weight`,
      shape: [Math.floor(tile / patch) ** 2, width],
    },
    ...encoder.flat(),
    ...linear('multi_modal_projector.linear_1', text.hiddenSize, width),
    ...linear('multi_modal_projector.linear_2', text.hiddenSize, text.hiddenSize),
    { name: 'image_newline', shape: [text.hiddenSize] },
  ];
};

const writeShard = async (
  path: string,
  tensors: readonly Tensor[],
  pool: Uint16Array,
): Promise<number> => {
  let end = 0;
  const entries = tensors.map((tensor) => {
    const begin = end;
    end += elementsOf(tensor) * ELEMENT_BYTES;
    return [
      tensor.name,
      { dtype: 'BF16', shape: tensor.shape, data_offsets: [begin, end] },
    ] as const;
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = await open(path, 'w');
  try {
    await file.writeFile(Buffer.concat([length, header]));
    const one = bfloat16(Float32Array.of(1))[0] ?? 0;
    let start = 0;
    for (const tensor of tensors)
      for (let left = elementsOf(tensor); left > 0;) {
        const count = Math.min(left, PIECE_NUMBERS);
        // A prime step, so that no two pieces are cut alike.
        start = (start + 104_729) % (POOL_NUMBERS - PIECE_NUMBERS);
        const numbers = tensor.ones
          ? new Uint16Array(count).fill(one)
          : pool.subarray(start, start + count);
        await file.writeFile(Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength));
        left -= count;
      }
  } finally {
    await file.close();
  }
  return end;
};

/** The upper halves of the float32s: rounded towards zero, which is all the same here. */
const bfloat16 = (numbers: Float32Array): Uint16Array => {
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  return Uint16Array.from(bits, (bit) => bit >>> 16);
};

const writeJson = (folder: string, name: string, value: unknown): Promise<void> =>
  writeFile(join(folder, name), JSON.stringify(value));

const CONTROL_TOKENS = ['<|endoftext|>', '<|im_start|>', '<|im_end|>', '<image>', '<video>'];
/** Of `<|endoftext|>` in Qwen2's tokenizer. */
const FIRST_CONTROL_TOKEN = 151_643;
const CHAT_TEMPLATE =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n'}}{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\\n' }}{% endfor %}{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ content['text'] }}{% endfor %}{{'<|im_end|>\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

const writeConfiguration = async (folder: string, text: TextConfig): Promise<void> => {
  const packed = await readFile('test/fixtures/tokenizer/qwen2_5.json.br');
  const tokenizer = JSON.parse(brotliDecompressSync(packed).toString('utf8')) as object;
  const added = CONTROL_TOKENS.map((content, index) => ({
    id: FIRST_CONTROL_TOKEN + index,
    content,
    special: true,
  }));
  await writeJson(folder, 'tokenizer.json', { ...tokenizer, added_tokens: added });
  await writeJson(folder, 'chat_template.json', { chat_template: CHAT_TEMPLATE });
  const endToken = FIRST_CONTROL_TOKEN + CONTROL_TOKENS.indexOf('<|im_end|>');
  await writeJson(folder, 'generation_config.json', { eos_token_id: endToken });
  const { pinpoints, mean, std, rescaleFactor, imageToken, maxTiles } = RADVLM_IMAGE;
  await writeJson(folder, 'preprocessor_config.json', {
    image_processor_type: 'LlavaOnevisionImageProcessor',
    image_grid_pinpoints: pinpoints,
    image_mean: mean,
    image_std: std,
    rescale_factor: rescaleFactor,
    size: { height: RADVLM_VISION.tile, width: RADVLM_VISION.tile },
    resample: 3,
    do_convert_rgb: true,
    do_normalize: true,
    do_rescale: true,
    do_resize: true,
    do_pad: true,
  });
  await writeJson(folder, 'config.json', {
    architectures: ['LlavaOnevisionForConditionalGeneration'],
    model_type: 'llava_onevision',
    image_grid_pinpoints: pinpoints,
    image_token_index: imageToken,
    projector_hidden_act: 'gelu',
    vision_aspect_ratio: `anyres_max_${maxTiles}`,
    vision_feature_layer: -1,
    vision_feature_select_strategy: 'full',
    tie_word_embeddings: text.tiedHead,
    text_config: {
      model_type: 'qwen2',
      hidden_act: 'silu',
      hidden_size: text.hiddenSize,
      intermediate_size: text.intermediateSize,
      num_hidden_layers: text.layers,
      num_attention_heads: text.heads,
      num_key_value_heads: text.keyValueHeads,
      vocab_size: text.vocabularyRows,
      max_position_embeddings: text.contextTokens,
      rope_theta: text.ropeTheta,
      rms_norm_eps: text.normEpsilon,
      eos_token_id: endToken,
      tie_word_embeddings: text.tiedHead,
    },
    vision_config: {
      model_type: 'siglip_vision_model',
      hidden_act: 'gelu_pytorch_tanh',
      hidden_size: RADVLM_VISION.hiddenSize,
      intermediate_size: RADVLM_VISION.intermediateSize,
      num_hidden_layers: RADVLM_VISION.layers,
      num_attention_heads: RADVLM_VISION.heads,
      image_size: RADVLM_VISION.tile,
      patch_size: RADVLM_VISION.patch,
      layer_norm_eps: RADVLM_VISION.normEpsilon,
      vision_use_head: false,
    },
  });
};
