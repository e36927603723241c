import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchFromPage } from '../../../src/adapters/web/web-message.ts';
import { readConfig } from '../../../src/config.ts';
import { createAnswer } from '../../../src/core/conversation/create-answer.ts';
import { createConversation } from '../../../src/core/conversation/create-conversation.ts';
import { CONVERSATION_LIMITS } from '../../../src/core/conversation/limits.ts';
import { createAnnotator } from '../../../src/core/drawing/create-annotator.ts';
import { createChestGate } from '../../../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../../../src/core/gate/weights.ts';
import { createIntake } from '../../../src/core/intake/intake.ts';
import { chooseProfile } from '../../../src/core/profile/choose-profile.ts';
import { createReading } from '../../../src/core/read/create-reading.ts';
import { createTextGate } from '../../../src/core/text-gate/create-text-gate.ts';
import { createLogger } from '../../../src/log.ts';
import { inMemory } from '../../../src/main/in-memory.ts';
import { openConversation } from '../../../src/main/open-conversation.ts';
import type { ModelRequest } from '../../../src/model/model.ts';
import { browserMissing, openBrowser } from '../../support/browser.ts';
import { createScriptedModel } from '../../support/scripted-model.ts';
import { startPage, visit } from './start-page.ts';
import { namedFilm } from '../../support/named-film.ts';
import { NO_TEXT } from '../../support/no-text.ts';

const logger = createLogger('silent');
const ANSWERS: readonly (readonly [question: RegExp, answer: string])[] = [
  [/where.*right lung|locat.*right lung/i, 'The right lung is located at [0.1, 0.12, 0.46, 0.8].'],
  [/where.*left lung|locat.*left lung/i, 'The left lung is located at [0.54, 0.12, 0.9, 0.8].'],
  [/effusion/i, 'Yes, there is a pleural effusion.'],
];
const script = ({ messages }: ModelRequest): string =>
  ANSWERS.find(([question]) => question.test(messages.at(-1)?.text ?? ''))?.[1] ??
  'The heart is of normal size.';

/** Everything but the model is real. */
const scriptedConversation = async (textGate = NO_TEXT) => {
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

const ask = async (page: Page, text: string): Promise<void> => {
  const turns = await page.locator('.turn').count();
  await page.getByLabel('Your question').fill(text);
  await page.keyboard.press('Enter');
  await answered(page, turns + 1);
};
const answered = async (page: Page, turns: number): Promise<void> => {
  await page
    .locator('.turn')
    .nth(turns - 1)
    .waitFor();
  await expect.poll(() => page.locator('.status').count(), { timeout: 15_000 }).toBe(0);
};
const answerOf = (page: Page) => page.locator('.answer').last().textContent();

// Skipped only where there is no browser, and then says so in its name.
describe.skipIf(browserMissing !== undefined)(
  `a visitor of the page ${browserMissing ?? ''}`,
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser.close());

    test('asks where something is, sees it on the film, and asks on', async () => {
      const site = await startPage(await scriptedConversation());
      const { page, complaints, leave } = await visit(browser, site.url);
      await page
        .locator('input.file')
        .first()
        .setInputFiles('assets/films/hannover-bd10d5e2-pa.png');
      await ask(page, 'Where is the right lung?');
      expect(await answerOf(page)).toContain('The right lung is located at 1');
      expect(await page.locator('.first-notices').textContent()).toContain('demonstration');
      await page.locator('.box').waitFor();
      // The strip is under the film, outside its pixels.
      const size = await page.evaluate(
        `(async () => { const i = document.querySelector('.thumbnail img'); await i.decode(); return [i.naturalWidth, i.naturalHeight]; })()`,
      );
      expect(size).toEqual([640, expect.toSatisfy((height: number) => height > 666)]);
      await ask(page, 'Is there an effusion?');
      expect(await answerOf(page)).toBe('Yes, there is a pleural effusion.');
      expect(complaints).toEqual([]);
      await leave();
      await site.close();
    });

    test('sends a film upside down, is asked, and has it turned', async () => {
      const site = await startPage(await scriptedConversation());
      const { page, complaints, leave } = await visit(browser, site.url);
      const upright = await readFile('assets/films/nih-00027426_000-pa.png');
      const buffer = await sharp(upright).rotate(180).png().toBuffer();
      const file = { name: 'film.png', mimeType: 'image/png', buffer };
      const films: string[] = [];
      page.on('response', (response) => {
        const isFilm = response.url().endsWith('/film') && response.status() === 200;
        if (isFilm) films.push(response.url());
      });
      await page.locator('input.file').first().setInputFiles(file);
      await ask(page, 'Is there an effusion?');
      const question = page.locator('.question');
      expect(await question.textContent()).toMatch(/upside down/i);
      await question.getByRole('button').first().click();
      await answered(page, 2);
      expect(await answerOf(page)).toBe('Yes, there is a pleural effusion.');
      // What the viewer shows now is the film as it was turned.
      await expect.poll(() => films.length).toBe(2);
      const turned = await (await page.request.get(films[1]!)).body();
      const pixelsOf = (png: Buffer) => sharp(png).toColourspace('b-w').raw().toBuffer();
      expect((await pixelsOf(turned)).equals(await pixelsOf(upright))).toBe(true);
      expect(
        await page.locator('.turn').last().locator('.notices').allTextContents(),
      ).toContainEqual(expect.stringMatching(/turned/i));
      expect(complaints).toEqual([]);
      await leave();
      await site.close();
    });

    test('sends a film with a name on it, sees it masked, confirms that, and is told of the mask', async () => {
      const textGate = createTextGate({ threads: 1, logger });
      const site = await startPage(await scriptedConversation(textGate));
      const { page, complaints, leave } = await visit(browser, site.url);
      const file = { name: 'film.png', mimeType: 'image/png', buffer: await namedFilm() };
      await page.locator('#file').setInputFiles(file);
      await ask(page, 'Is there an effusion?');
      const question = page.locator('.question');
      await question.waitFor({ timeout: 30_000 });
      expect(await question.textContent()).toMatch(/looks like patient data.*masked/);
      await page.getByAltText('The film with its masked places in black.').first().waitFor();
      await question.getByRole('button', { name: 'Nothing is left, read it' }).click();
      await answered(page, 2);
      expect(await answerOf(page)).toBe('Yes, there is a pleural effusion.');
      const notices = await page.locator('.turn').last().textContent();
      expect(notices).toMatch(/masked before anything was kept/);
      expect(await page.content()).not.toMatch(/okonkwo|1956/i);
      expect(complaints).toEqual([]);
      await leave();
      await site.close();
      await textGate.close();
    }, 60_000);

    test.each(['dicom/explicit-m1-12.dcm', 'dicom/study.zip', 'heic/film.heic'])(
      'sends %s, which no browser shows, and gets it read and drawn',
      async (file) => {
        const site = await startPage(await scriptedConversation());
        const { page, complaints, leave } = await visit(browser, site.url);
        const buffer = await readFile(`test/fixtures/${file}`);
        await page
          .locator('#file')
          .setInputFiles({ name: 'IM0001', mimeType: 'application/octet-stream', buffer });
        await ask(page, 'Where is the right lung?');
        expect(await answerOf(page)).toContain('The right lung is located at 1');
        await page.getByRole('button', { name: 'Annotated', pressed: true }).waitFor();
        expect(complaints).toEqual([]);
        await leave();
        await site.close();
      },
    );

    test('sends a text file that is called a picture, and is told; the next film is read', async () => {
      const site = await startPage(await scriptedConversation());
      const { page, leave } = await visit(browser, site.url);
      const buffer = Buffer.from('This is not a picture.');
      await page
        .locator('input.file')
        .first()
        .setInputFiles({ name: 'film.png', mimeType: 'image/png', buffer });
      await page.getByText('This browser cannot show this kind of picture.').waitFor();
      await ask(page, 'Is there an effusion?');
      expect(await page.getByRole('alert').first().textContent()).toMatch(/^This is not a picture/);
      await page
        .locator('input.file')
        .first()
        .setInputFiles('assets/films/hannover-bd10d5e2-pa.png');
      await ask(page, 'Is there an effusion?');
      expect(await answerOf(page)).toBe('Yes, there is a pleural effusion.');
      await leave();
      await site.close();
    });

    test('gets a wet read of a sample from the demo checkpoint itself', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'wetread-page-'));
      const opened = await openConversation({
        config: readConfig({ DATA_DIR: folder }),
        ...inMemory(),
        fetchers: () => ({ web: fetchFromPage }),
        logger,
        onConverting: () => {},
        signal: new AbortController().signal,
      });
      const site = await startPage(opened.conversation);
      const { page, complaints, leave } = await visit(browser, site.url);
      await page.getByRole('button', { name: 'PA, cardiomegaly' }).click();
      await page.getByRole('button', { name: 'Wet read' }).click();
      await answered(page, 1);
      expect(await answerOf(page)).toMatch(/\w+/);
      await ask(page, 'Where is the right lung?');
      expect(await answerOf(page)).toMatch(/right lung/i);
      await page.locator('.turn').last().locator('.thumbnail img[src]').waitFor();
      expect(complaints).toEqual([]);
      await leave();
      await site.close();
      await opened.close(0);
      await rm(folder, { recursive: true });
    }, 60_000);
  },
);
