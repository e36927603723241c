import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { AuditEvent } from '../../../src/core/audit.ts';
import { WetreadError } from '../../../src/errors.ts';
import { endlessAnswer } from '../../support/endless-answer.ts';
import { createScriptedModel } from '../../support/scripted-model.ts';
import { askingAbout } from '../../support/scripted-api.ts';
import { questionIn } from '../../support/scripted-reader.ts';
import { asking, FILM, KEY, startApi } from './start-api.ts';

const listen = async () => {
  const written: AuditEvent[] = [];
  const model = createScriptedModel({
    script: (request, signal) => {
      if (questionIn(request) === 'fail') throw new WetreadError('queue-full');
      return questionIn(request) === 'long' ? endlessAnswer(signal) : 'word word word';
    },
  });
  const audit = { write: (event: AuditEvent) => void written.push(event) };
  return { written, model, ...(await startApi(model, { audit, keys: [KEY] })) };
};
const headers = { authorization: `Bearer ${KEY}` };

test('every answer is accounted for, without a word of it, whole or streamed', async () => {
  const { post, written } = await listen();
  await post(asking('Rosebud?'), { headers });
  await (await post(asking('Rosebud?', { stream: true }), { headers })).text();
  expect(written).toHaveLength(2);
  for (const event of written)
    expect(event).toMatchObject({
      kind: 'turn',
      platform: 'api',
      task: 'free',
      outcome: 'reply',
      code: undefined,
      films: 1,
      completionTokens: 3,
    });
  expect(JSON.stringify(written)).not.toMatch(new RegExp(`Rosebud|${KEY}`));
});

test.each([true, false])('one that failed is, by its code (stream: %s)', async (stream) => {
  const { post, written } = await listen();
  expect((await post(asking('fail', { stream }), { headers })).status).toBe(503);
  await expect.poll(() => written).toMatchObject([{ outcome: 'error', code: 'queue-full' }]);
});

test.each([true, false])('one whose client has left is (stream: %s)', async (stream) => {
  const { post, written, model } = await listen();
  const leaving = new AbortController();
  const answer = post(asking('long', { stream }), { headers, signal: leaving.signal });
  await expect.poll(() => model.running, { timeout: 10_000 }).toBe(1);
  leaving.abort();
  await answer.then((response) => response.text()).catch(() => undefined);
  await expect
    .poll(() => written, { timeout: 10_000 })
    .toMatchObject([{ outcome: 'stopped', code: undefined }]);
});

test('a film that is read because somebody said so is', async () => {
  const { post, written } = await listen();
  const upsideDown = await sharp(FILM).rotate(180).png().toBuffer();
  const asked = askingAbout(upsideDown, 'hello', { wetread: { choose: 'as-is' } });
  expect((await post(asked, { headers })).status).toBe(200);
  expect(written).toMatchObject([
    { kind: 'overrule', platform: 'api', choice: 'as-is' },
    { kind: 'turn', outcome: 'reply' },
  ]);
  await post(asking('hello', { wetread: { choose: 'as-is' } }), { headers });
  expect(written.filter(({ kind }) => kind === 'overrule')).toHaveLength(1);
});
