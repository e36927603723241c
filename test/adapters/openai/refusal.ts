import { expect } from 'vitest';
import { FAILURE } from '../../../src/adapters/openai/wire.ts';
import { createScriptedModel } from '../../support/scripted-model.ts';

/** Nothing of these may reach a model. */
export const unasked = () =>
  createScriptedModel({
    script: () => {
      throw new Error('the model was asked');
    },
  });

/** A refusal in OpenAI's shape, in words of ours. */
export const refusal = async (response: Response) => {
  const body: unknown = await response.json();
  const { error } = FAILURE.strict().parse(body);
  expect(JSON.stringify(body)).not.toMatch(/\bat .*\.ts:|Error:|undefined|node_modules/);
  return { status: response.status, ...error };
};
