import type { ModelImage, ModelMessage, ModelRequest } from '../../src/model/model.ts';

export const user = (text: string, ...images: readonly ModelImage[]): ModelMessage => ({
  role: 'user',
  text,
  images,
});

export const assistant = (text: string): ModelMessage => ({ role: 'assistant', text, images: [] });

/** A greedy question without a film; a test names only what it is about. */
export const modelRequest = (changes: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [user('What are the findings?')],
  maxTokens: 24,
  sampling: { temperature: 0, topP: 1, seed: undefined },
  stop: [],
  asker: 'someone',
  background: false,
  ...changes,
});
