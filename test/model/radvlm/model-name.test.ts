import { expect, test } from 'vitest';
import { modelName } from '../../../src/model/radvlm/model-name.ts';

test.each([
  ['a checkpoint goes by its folder', { name: 'radvlm', demo: false }, 'radvlm'],
  ['a demonstration is called after Wetread', { name: 'demo', demo: true }, 'wetread-demo'],
  ['once is enough', { name: 'wetread-demo', demo: true }, 'wetread-demo'],
])('%s', (_, checkpoint, name) => {
  expect(modelName(checkpoint)).toBe(name);
});
