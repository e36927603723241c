import { expect, test } from 'vitest';
import { createModelAlone } from '../../../src/core/read/model-alone.ts';
import { WetreadError } from '../../../src/errors.ts';
import { collect } from '../../support/collect.ts';
import { createScriptedModel } from '../../support/scripted-model.ts';
import { codesOf, filmNamed, replyIn, textIn } from '../../support/scripted-reader.ts';

const AT = 'The nodule is located at [0.20, 0.20, 0.30, 0.30].';
const asked = {
  film: filmNamed('film'),
  history: [{ question: 'Is there a nodule?', answer: 'Yes.', gate: false }],
  question: 'Where is the nodule?',
  asker: 'a program',
  program: {
    sampling: { temperature: 0.5, topP: 1, seed: 1 },
    maxTokens: undefined,
    stop: [],
    system: 'Be brief.',
    draw: true,
  },
};
const forever = new AbortController().signal;

test('the model alone is asked once, and its words are the whole reply', async () => {
  const model = createScriptedModel({ script: () => AT, demo: true });
  const events = await collect(createModelAlone({ model }).ask(asked, forever));
  expect(textIn(events)).toBe(AT);
  const reply = replyIn(events);
  expect(reply).toMatchObject({ text: AT, raw: AT, boxes: [], annotated: null });
  expect(codesOf(reply.notices)).toEqual(['demo-model', 'model-alone']);
  expect(model.calls).toMatchObject([
    {
      messages: [
        { role: 'system', text: 'Be brief.', images: [] },
        { role: 'user', text: 'Is there a nodule?', images: [{ sha256: 'film' }] },
        { role: 'assistant', text: 'Yes.', images: [] },
        { role: 'user', text: 'Where is the nodule?', images: [] },
      ],
      sampling: { temperature: 0.5 },
    },
  ]);
});

test('it fails as the model does', async () => {
  const model = createScriptedModel({
    script: () => {
      throw new WetreadError('queue-full');
    },
  });
  const answer = collect(createModelAlone({ model }).ask(asked, forever));
  await expect(answer).rejects.toMatchObject({ code: 'queue-full' });
});
