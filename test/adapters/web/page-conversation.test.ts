import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchFromPage } from '../../../src/adapters/web/web-message.ts';
import { readConfig } from '../../../src/config.ts';
import { createLogger } from '../../../src/log.ts';
import { inMemory } from '../../../src/main/in-memory.ts';
import { openConversation } from '../../../src/main/open-conversation.ts';
import { browserMissing, openBrowser } from '../../support/browser.ts';
import { answered, answerOf, ask, chooseFile, scriptedConversation } from './scripted-page.ts';
import { startPage, visit } from './start-page.ts';

const logger = createLogger('silent');

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
      await chooseFile(page, 'assets/films/hannover-bd10d5e2-pa.png');
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
      await chooseFile(page, file);
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

    test('sends a text file that is called a picture, and is told; the next film is read', async () => {
      const site = await startPage(await scriptedConversation());
      const { page, leave } = await visit(browser, site.url);
      const buffer = Buffer.from('This is not a picture.');
      await chooseFile(page, { name: 'film.png', mimeType: 'image/png', buffer });
      await page.getByText('This browser cannot show this kind of file.').waitFor();
      await ask(page, 'Is there an effusion?');
      expect(await page.getByRole('alert').first().textContent()).toMatch(/^This is not a picture/);
      await chooseFile(page, 'assets/films/hannover-bd10d5e2-pa.png');
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
