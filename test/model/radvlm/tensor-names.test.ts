import { describe, expect, test } from 'vitest';
import { canonicalTensorName, tensorNamingOf } from '../../../src/model/radvlm/tensor-names.ts';

test.each([
  ['language_model.model.layers.0.mlp.up_proj.weight', 'text.layers.0.mlp.up_proj.weight'],
  ['model.language_model.layers.0.mlp.up_proj.weight', 'text.layers.0.mlp.up_proj.weight'],
  ['language_model.lm_head.weight', 'head.weight'],
  ['lm_head.weight', 'head.weight'],
  ['vision_tower.vision_model.post_layernorm.bias', 'vision.post_layernorm.bias'],
  ['vision_tower.post_layernorm.bias', 'vision.post_layernorm.bias'],
  ['model.vision_tower.post_layernorm.bias', 'vision.post_layernorm.bias'],
  ['model.vision_tower.vision_model.post_layernorm.bias', 'vision.post_layernorm.bias'],
  ['multi_modal_projector.linear_1.weight', 'projector.linear_1.weight'],
  ['model.multi_modal_projector.linear_1.weight', 'projector.linear_1.weight'],
  ['image_newline', 'image_newline'],
  ['model.image_newline', 'image_newline'],
])('%s is our %s', (name, ours) => {
  expect(canonicalTensorName(name)).toBe(ours);
});

test.each(['optimizer.step', 'image_newline.weight', 'audio_tower.layers.0.weight', ''])(
  'a tensor that the model does not have is nothing to us: "%s"',
  (name) => {
    expect(canonicalTensorName(name)).toBeUndefined();
  },
);

describe('the naming', () => {
  test.each([
    [['language_model.model.norm.weight', 'vision_tower.vision_model.x'], '4.4x'],
    [['language_model.model.norm.weight', 'vision_tower.x'], '5-default'],
    [['lm_head.weight', 'model.vision_tower.x'], '5-native'],
  ])('of %j is %s', (names, naming) => {
    expect(tensorNamingOf(names)).toBe(naming);
  });
});
