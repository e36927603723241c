import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { fetchFromPage } from '../../../src/adapters/web/web-message.ts';
import { createAnswer } from '../../../src/core/conversation/create-answer.ts';
import { createConversation } from '../../../src/core/conversation/create-conversation.ts';
import { CONVERSATION_LIMITS } from '../../../src/core/conversation/limits.ts';
import { createAnnotator } from '../../../src/core/drawing/create-annotator.ts';
import { createChestGate } from '../../../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../../../src/core/gate/weights.ts';
import { createIntake } from '../../../src/core/intake/intake.ts';
import { chooseProfile } from '../../../src/core/profile/choose-profile.ts';
import { createReading } from '../../../src/core/read/create-reading.ts';
import { createLogger } from '../../../src/log.ts';
import { inMemory } from '../../../src/main/in-memory.ts';
import type { ModelRequest } from '../../../src/model/model.ts';
import { NO_TEXT } from '../../support/no-text.ts';
import { createScriptedModel } from '../../support/scripted-model.ts';

const logger = createLogger('silent');
const ANSWERS: readonly (readonly [question: RegExp, answer: string])[] = [
  [/where.*right lung|locat.*right lung/i, 'The right lung is located at [0.1, 0.12, 0.46, 0.8].'],
  [/where.*left lung|locat.*left lung/i, 'The left lung is located at [0.54, 0.12, 0.9, 0.8].'],
  [/effusion/i, 'Yes, there is a pleural effusion.'],
];
const script = ({ messages }: ModelRequest): string =>
  ANSWERS.find(([question]) => question.test(messages.at(-1)?.text ?? ''))?.[1] ??
  'The heart is of normal size.';

/** Everything but the model is real, and the text gate where a test has none of its own. */
export const scriptedConversation = async (textGate = NO_TEXT) => {
  const model = createScriptedModel({ script, name: 'wetread-demo', demo: true });
  const profile = chooseProfile('auto', { names: [model.name], demo: model.demo });
  const annotator = createAnnotator({ font: 'assets/fonts/inter-semibold.ttf' });
  const parts = { model, profile, annotator, logger, now: Date.now, id: randomUUID };
  const reading = createReading(parts);
  const { retention } = CONVERSATION_LIMITS;
  return createConversation({
    ...parts,
    ...inMemory(),
    answer: createAnswer({ ...parts, reading, retentionFilmsMs: retention.filmsMs }),
    intake: createIntake({
      gate: createChestGate(await readGateWeights()),
      textGate,
      textPolicy: 'mask',
    }),
    fetchers: { web: fetchFromPage },
    access: { mayAsk: () => 'yes' },
    limits: CONVERSATION_LIMITS,
  });
};

/** Chooses a file, as the browser's own chooser does. */
export const chooseFile = (
  page: Page,
  file: string | { readonly name: string; readonly mimeType: string; readonly buffer: Buffer },
): Promise<void> => page.locator('input.file').first().setInputFiles(file);

/** Asks, and waits until all is answered. */
export const ask = async (page: Page, text: string): Promise<void> => {
  const turns = await page.locator('.turn').count();
  await page.getByLabel('Your question').fill(text);
  await page.keyboard.press('Enter');
  await answered(page, turns + 1);
};

export const answered = async (page: Page, turns: number): Promise<void> => {
  await page
    .locator('.turn')
    .nth(turns - 1)
    .waitFor();
  await expect.poll(() => page.locator('.status').count(), { timeout: 60_000 }).toBe(0);
};

export const answerOf = (page: Page): Promise<string | null> =>
  page.locator('.answer').last().textContent();
