/**
 * The three sets of tensor names that LLaVA-OneVision checkpoints come with, brought to one:
 * `text.*`, `head.weight`, `vision.*`, `projector.*`, `image_newline`. What follows the prefix is the same in all.
 *
 * | ours        | published, 4.4x               | transformers 5        | transformers 5, native         |
 * |-------------|-------------------------------|-----------------------|--------------------------------|
 * | text        | language_model.model.*        | same                  | model.language_model.*         |
 * | head        | language_model.lm_head.weight | same                  | lm_head.weight                 |
 * | vision      | vision_tower.vision_model.*   | vision_tower.*        | model.vision_tower.*           |
 * | projector   | multi_modal_projector.*       | same                  | model.multi_modal_projector.*  |
 */
const RULES: readonly (readonly [pattern: RegExp, prefix: string])[] = [
  [/^language_model\.model\.(.+)$/, 'text.'],
  [/^model\.language_model\.(.+)$/, 'text.'],
  [/^(?:language_model\.)?lm_head\.(.+)$/, 'head.'],
  [/^(?:model\.)?vision_tower\.(?:vision_model\.)?(.+)$/, 'vision.'],
  [/^(?:model\.)?multi_modal_projector\.(.+)$/, 'projector.'],
  [/^(?:model\.)?(image_newline)$/, ''],
];

/** Our name of a checkpoint's tensor; undefined for one that the model does not have. */
export const canonicalTensorName = (name: string): string | undefined => {
  for (const [pattern, prefix] of RULES) {
    const rest = pattern.exec(name)?.[1];
    if (rest !== undefined) return prefix + rest;
  }
  return undefined;
};

export type TensorNaming = '4.4x' | '5-default' | '5-native';

/** Which of the three sets a checkpoint uses: for people to read; reading does not depend on it. */
export const tensorNamingOf = (names: Iterable<string>): TensorNaming => {
  let naming: TensorNaming = '5-default';
  for (const name of names) {
    if (name.startsWith('model.')) return '5-native';
    if (name.startsWith('vision_tower.vision_model.')) naming = '4.4x';
  }
  return naming;
};
