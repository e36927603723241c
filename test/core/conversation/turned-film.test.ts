import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createChestGate } from '../../../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../../../src/core/gate/weights.ts';
import { createIntake } from '../../../src/core/intake/intake.ts';
import { codesOf, createReader, replyIn } from '../../support/scripted-reader.ts';
import {
  ANSWERS,
  AUTHOR,
  deliver,
  message,
  open,
  say,
  take,
} from '../../support/test-conversation.ts';
import { NO_TEXT } from '../../support/no-text.ts';

const FILM = 'assets/films/nih-00027426_000-pa.png';

test('a film that is upside down is asked about, turned when told to, and read like the upright one', async () => {
  const upright = await readFile(FILM);
  const turned = await sharp(upright).rotate(180).png().toBuffer();
  const sent = (bytes: Uint8Array) => [{ reference: undefined, fetch: async () => bytes }];
  const model = createReader(ANSWERS);
  const intake = createIntake({
    gate: createChestGate(await readGateWeights()),
    textGate: NO_TEXT,
    textPolicy: 'mask',
  });
  const conversation = await open(model, { intake });

  const asked = await take(conversation, message('How is the heart?', sent(turned)));
  const question = (await deliver(conversation, asked)).at(-1);
  expect(question).toMatchObject({ type: 'choices', picture: { width: expect.any(Number) } });
  const answer = await conversation.choose(asked, 'turn', AUTHOR);
  const reply = replyIn(await deliver(conversation, answer));
  expect(reply.text).toBe(ANSWERS['How is the heart?']);
  expect(codesOf(reply.notices)).toContain('film-turned');

  await say(conversation, message('How are the lungs?', sent(upright)));
  const [first, second] = model.calls.map(({ messages }) => messages[0]?.images[0]?.sha256);
  expect(second).toBe(first);
});
