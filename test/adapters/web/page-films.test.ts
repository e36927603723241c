import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTextGate } from '../../../src/core/text-gate/create-text-gate.ts';
import type { TextGate } from '../../../src/core/text-gate/text-gate.ts';
import { createLogger } from '../../../src/log.ts';
import { browserMissing, openBrowser } from '../../support/browser.ts';
import { namedFilm } from '../../support/named-film.ts';
import { answered, answerOf, ask, chooseFile, scriptedConversation } from './scripted-page.ts';
import { startPage, visit } from './start-page.ts';

const TIMEOUT_MS = 90_000;
const QUESTION = 'Is there an effusion?';
const ANSWER = 'Yes, there is a pleural effusion.';

const NAME = { x1: 20, y1: 10, x2: 120, y2: 30 };
const FINDING_A_NAME: TextGate = {
  find: async () => [{ kind: 'patient-data', box: NAME }],
  close: async () => undefined,
};

/** Where the films are that the server has sent to the viewer, oldest first. */
const filmsFor = (page: Page) => {
  const films: string[] = [];
  page.on('response', (response) => {
    const isFilm = response.url().endsWith('/film') && response.status() === 200;
    if (isFilm) films.push(response.url());
  });
  return films;
};
const greyOf = async (png: Buffer) => {
  const { data, info } = await sharp(png)
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
};
const serversFilm = (page: Page) =>
  page.getByRole('group', { name: /^The film that is talked about/ });

// Skipped only where there is no browser, and then says so in its name.
describe.skipIf(browserMissing !== undefined)(
  `a visitor of the page with a film as it comes ${browserMissing ?? ''}`,
  { timeout: TIMEOUT_MS },
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser.close());

    const open = async (textGate?: TextGate) => {
      const site = await startPage(await scriptedConversation(textGate));
      const { page, complaints, leave } = await visit(browser, site.url);
      page.setDefaultTimeout(60_000);
      onTestFinished(async () => {
        expect(complaints).toEqual([]);
        await leave();
        await site.close();
      });
      return page;
    };

    test.each(['dicom/explicit-m1-12.dcm', 'dicom/study.zip', 'heic/film.heic'])(
      'sends %s, which no browser shows, and gets it read and drawn',
      async (file) => {
        const page = await open();
        const buffer = await readFile(`test/fixtures/${file}`);
        await chooseFile(page, { name: 'IM0001', mimeType: '', buffer });
        await page.getByText('Wetread may: ask, and the film is shown here.').waitFor();
        await ask(page, 'Where is the right lung?');
        expect(await answerOf(page)).toContain('The right lung is located at 1');
        await serversFilm(page).locator('canvas').first().waitFor();
        await page.locator('.box').waitFor();
        expect(await page.locator('.unshown').count()).toBe(0);
      },
    );

    test('with a name on it sees it masked, confirms that, and is told of the mask', async () => {
      const textGate = createTextGate({ threads: 1, logger: createLogger('silent') });
      onTestFinished(() => textGate.close());
      const page = await open(textGate);
      const films = filmsFor(page);
      const buffer = await namedFilm();
      await chooseFile(page, { name: 'OKONKWO.png', mimeType: 'image/png', buffer });
      await ask(page, QUESTION);
      const question = page.locator('.question');
      expect(await question.textContent()).toMatch(/looks like patient data.*masked/);
      await question.getByText('Your own file is as it was').waitFor();
      await page.getByAltText('The film with its masked places in black.').first().waitFor();
      // The viewer has let go of the file that was chosen, too.
      await serversFilm(page).locator('canvas').first().waitFor();
      await question.getByRole('button', { name: 'Nothing is left, read it' }).click();
      await answered(page, 2);
      expect(await answerOf(page)).toBe(ANSWER);
      await serversFilm(page).locator('canvas').first().waitFor();
      expect(await page.locator('.turn').last().textContent()).toMatch(
        /masked before anything was kept/,
      );
      expect(films.length).toBeGreaterThan(0);
      for (const url of films) {
        const film = await (await page.request.get(url)).body();
        const left = await textGate.find(await greyOf(film));
        expect(left.filter(({ kind }) => kind !== 'marker')).toEqual([]);
      }
      const kept = await page.evaluate(
        'JSON.stringify([{ ...localStorage }, { ...sessionStorage }])',
      );
      expect(`${await page.content()} ${String(kept)}`).not.toMatch(/okonkwo|1956/i);
      await page.reload();
      await serversFilm(page).locator('canvas').first().waitFor();
    });

    test('with a name on it does not see the name any more, even if the masked film is not to be had', async () => {
      const page = await open(FINDING_A_NAME);
      await page.route('**/film', (route) => route.fulfill({ status: 204 }));
      await chooseFile(page, 'assets/films/nih-00027426_000-pa.png');
      await page.getByRole('group', { name: /^The film you chose/ }).waitFor();
      await ask(page, QUESTION);
      await page.getByText('The film of this thread is not kept any more.').waitFor();
      expect(await page.getByRole('group', { name: /^The film you chose/ }).count()).toBe(0);
    });

    test('with a name on it that lies upside down sees it turned and masked after one answer', async () => {
      const page = await open(FINDING_A_NAME);
      const films = filmsFor(page);
      const upright = await readFile('assets/films/nih-00027426_000-pa.png');
      const buffer = await sharp(upright).rotate(180).png().toBuffer();
      await chooseFile(page, { name: 'film.png', mimeType: 'image/png', buffer });
      await ask(page, QUESTION);
      const question = page.locator('.question');
      expect(await question.textContent()).toMatch(/masked.*upside down/s);
      await question.getByRole('button').first().click();
      await answered(page, 2);
      expect(await answerOf(page)).toBe(ANSWER);
      await expect.poll(() => films.length).toBe(2);
      await serversFilm(page).locator('canvas').first().waitFor();
      const shown = await greyOf(await (await page.request.get(films[1]!)).body());
      const expected = await greyOf(upright);
      const { width, height } = expected;
      const { x1, y1, x2, y2 } = NAME;
      for (let y = height - y2; y < height - y1; y += 1)
        expected.data.fill(0, y * width + width - x2, y * width + width - x1);
      expect(shown.data.equals(expected.data)).toBe(true);
    });
  },
);
