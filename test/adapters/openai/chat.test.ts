import { describe, expect, test } from 'vitest';
import { createScriptedModel } from '../../support/scripted-model.ts';
import { createReader, questionIn } from '../../support/scripted-reader.ts';
import { dataUri } from '../../support/scripted-api.ts';
import { asking, AT, completionOf, FILM, HEART, reader, startApi } from './start-api.ts';

describe('a completion', () => {
  test('is the answer as the model wrote it, with the boxes as data beside it', async () => {
    const { post } = await startApi(reader());
    const completion = await completionOf(await post(asking(HEART)));
    expect(completion).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'scripted',
      choices: [{ message: { role: 'assistant', content: AT }, finish_reason: 'stop' }],
    });
    const { wetread } = completion.choices[0].message;
    expect(wetread).toMatchObject({
      text: 'The heart is located at (1).',
      boxes: [
        {
          number: 1,
          label: 'heart',
          box: [0.3, 0.4, 0.7, 0.8],
          sentence: 'The heart is located at (1).',
          side: null,
        },
      ],
      choices: [],
      annotated: null,
    });
    expect(wetread.boxes[0]?.pixels.every(Number.isInteger)).toBe(true);
  });

  test('counts the tokens of every call that it took', async () => {
    const model = reader();
    const { post } = await startApi(model);
    const { usage } = await completionOf(await post(asking(HEART)));
    // The answer, and the two lungs for the midline.
    expect(model.calls).toHaveLength(3);
    expect(usage.completion_tokens).toBe(9 + 10 + 10);
    expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
  });

  test('has the film with its boxes drawn when it is asked for', async () => {
    const { post } = await startApi(reader());
    const asked = asking(HEART, { wetread: { annotate: true } });
    const completion = await completionOf(await post(asked));
    const { annotated } = completion.choices[0].message.wetread;
    const png = Buffer.from(annotated?.split(',')[1] ?? '', 'base64');
    expect(annotated?.slice(0, 22)).toBe('data:image/png;base64,');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
  });

  test('takes a bare string for an image', async () => {
    const { post } = await startApi(reader());
    const content = [
      { type: 'image_url', image_url: dataUri(FILM) },
      { type: 'text', text: HEART },
    ];
    const asked = asking(HEART, { messages: [{ role: 'user', content }] });
    expect((await completionOf(await post(asked))).choices[0].message.content).toBe(AT);
  });

  test('goes on from the history that the client sends', async () => {
    const model = reader();
    const { post } = await startApi(model);
    const first = asking(HEART).messages;
    const messages = [
      ...first,
      { role: 'assistant', content: AT },
      { role: 'user', content: 'How large is it?' },
    ];
    await completionOf(await post(asking('', { messages })));
    expect(model.calls[0]?.messages).toMatchObject([
      { role: 'user', text: HEART, images: [{}] },
      { role: 'assistant', text: AT, images: [] },
      { role: 'user', text: 'How large is it?', images: [] },
    ]);
  });

  test('is about the last image; what was said before it is left out, and a notice says so', async () => {
    const model = reader();
    const { post } = await startApi(model);
    const messages = [
      ...asking('What is this?').messages,
      { role: 'assistant', content: 'A film.' },
      ...asking(HEART).messages,
    ];
    const { choices } = await completionOf(await post(asking('', { messages })));
    expect(model.calls[0]?.messages).toMatchObject([{ role: 'user', text: HEART }]);
    expect(choices[0].message.wetread.notices).toContainEqual(
      expect.objectContaining({ code: 'before-film-cut' }),
    );
  });

  test('passes on sampling, stop words and limits, and ignores what it does not know', async () => {
    const model = reader();
    const { post } = await startApi(model);
    const asked = asking(HEART, {
      temperature: 0.5,
      top_p: 0.8,
      seed: 7,
      max_tokens: 50,
      max_completion_tokens: 40,
      stop: 'END',
      n: 1,
      user: 'somebody',
      tools: [],
      tool_choice: 'none',
      response_format: { type: 'text' },
      logprobs: false,
      logit_bias: {},
      presence_penalty: 0,
      frequency_penalty: null,
      best_friend: 'nobody',
    });
    await completionOf(await post(asked));
    expect(model.calls[0]).toMatchObject({
      sampling: { temperature: 0.5, topP: 0.8, seed: 7 },
      maxTokens: 40,
      stop: ['END'],
    });
  });

  test('is greedy unless told otherwise, and one too short says "length"', async () => {
    const model = reader();
    const { post } = await startApi(model);
    const completion = await completionOf(await post(asking(HEART, { max_tokens: 3 })));
    expect(model.calls[0]?.sampling).toEqual({ temperature: 0, topP: 1, seed: undefined });
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'length',
      message: { content: 'The heart is' },
    });
  });

  test.each(['system', 'developer'])(
    'gives a %s message to the model, and says so',
    async (role) => {
      const model = reader();
      const { post } = await startApi(model);
      const messages = [{ role, content: 'Be brief.' }, ...asking(HEART).messages];
      const completion = await completionOf(await post(asking('', { messages })));
      expect(model.calls[0]?.messages[0]).toMatchObject({ role: 'system', text: 'Be brief.' });
      expect(completion.choices[0].message.wetread.notices).toContainEqual(
        expect.objectContaining({ code: 'system-message' }),
      );
    },
  );

  test('of a demo says so by id and notice, never in its content', async () => {
    const demo = createReader({ [HEART]: AT }, { demo: true, name: 'wetread-demo' });
    const { post } = await startApi(demo);
    const asked = asking(HEART, { model: 'wetread-demo' });
    const { message } = (await completionOf(await post(asked))).choices[0];
    expect(message.content).toBe(AT);
    expect(message.wetread.notices[0]?.code).toBe('demo-model');
  });
});

describe('a suffix of the model', () => {
  const REPORT = 'Provide a radiology report for this Chest X-Ray.';

  test('names the task, whose wording is asked', async () => {
    const model = createReader({ [REPORT]: 'The lungs are clear.' });
    const { post } = await startApi(model);
    const asked = asking('whatever', { model: 'scripted:report' });
    const { message } = (await completionOf(await post(asked))).choices[0];
    expect(message.content).toBe('The lungs are clear.');
    expect(message.wetread.notices[0]?.code).toBe('task-by-id');
  });

  test(':wet-read has the grounded report as its content', async () => {
    const model = createReader({ [REPORT]: 'There is a nodule.', 'Is there a nodule?': 'No.' });
    const { post } = await startApi(model);
    const asked = asking('', { model: 'scripted:wet-read' });
    const { message } = (await completionOf(await post(asked))).choices[0];
    expect(message.content).toContain('not confirmed when asked directly');
    expect(message.wetread.text).toBe(message.content);
  });

  test(':raw is the model alone: no gate before the film, no question of ours', async () => {
    const model = createScriptedModel({ script: () => 'It is at [0.1, 0.1, 0.2, 0.2].' });
    const { post } = await startApi(model);
    const noFilm = await upsideDown();
    const messages = [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: noFilm } },
          { type: 'text', text: 'Where is the nodule?' },
        ],
      },
    ];
    const asked = asking('', { model: 'scripted:raw', messages });
    const { message } = (await completionOf(await post(asked))).choices[0];
    expect(message.content).toBe('It is at [0.1, 0.1, 0.2, 0.2].');
    expect(model.calls.map(questionIn)).toEqual(['Where is the nodule?']);
  });

  test(':raw needs no film', async () => {
    const model = createScriptedModel({ script: () => 'Hello.' });
    const { post } = await startApi(model);
    const messages = [{ role: 'user', content: 'hello' }];
    const asked = asking('', { model: 'scripted:raw', messages });
    expect((await completionOf(await post(asked))).choices[0].message.content).toBe('Hello.');
    expect(model.calls[0]?.messages).toEqual([{ role: 'user', text: 'hello', images: [] }]);
  });
});

const upsideDown = async (): Promise<string> => {
  const { default: sharp } = await import('sharp');
  return dataUri(await sharp(FILM).rotate(180).png().toBuffer());
};
