import { describe, expect, test } from 'vitest';
import { browserMissing } from '../../support/browser.ts';
import { ALL, Steps, usePage } from './page-stage.ts';
import { EVERY_THREAD } from './staged-conversation.ts';
import { startPage } from './start-page.ts';

describe.skipIf(browserMissing !== undefined)(
  `threads that are kept ${browserMissing ?? ''}`,
  () => {
    const stage = usePage();
    const { ask, filmShown, finished, pickSample, press } = stage;
    const threads = () => stage.page.getByRole('dialog', { name: 'Threads' });
    const openThreads = async () => {
      await press('Threads');
      await threads().waitFor();
    };

    test('go on with the answer after a reload in its middle, with the film', async () => {
      const { page } = stage;
      await pickSample();
      await ask('step by step');
      stage.steps.allow(3);
      await page.locator('.answer', { hasText: 'The heart' }).waitFor();
      await page.reload();
      await page.locator('.answer', { hasText: 'The heart' }).waitFor();
      stage.steps.allow(ALL);
      await page.locator('.answer', { hasText: 'is not a finding' }).waitFor();
      await finished();
      await filmShown();
      expect(await page.locator('.turn').count()).toBe(1);
      expect(await page.locator('.box').count()).toBe(1);
      expect(stage.staged.messages.length).toBe(1);
    });

    test('go on with the answer of a server that was restarted, from its beginning', async () => {
      await pickSample();
      await ask('step by step');
      stage.steps.allow(4);
      await stage.page.locator('.answer', { hasText: 'The heart' }).waitFor();
      const { port } = stage.site;
      await stage.site.close();
      await stage.page.getByText('The connection is cut; trying again').waitFor();
      const [said] = stage.staged.messages;
      stage.steps = new Steps();
      stage.stageAnew().remember({ ...said!, text: 'What is on the film?' });
      stage.site = await startPage(stage.staged, port);
      await finished();
      expect(await stage.page.locator('.answer').textContent()).toBe(
        'The heart is enlarged 1. <img src=x> is not a finding (3).',
      );
      // The browser says that it could not reach the server, which is what was done to it.
      stage.visitor.complaints.length = 0;
    });

    test('say that a film is not kept any more, and take another one', async () => {
      const { page } = stage;
      await pickSample();
      await ask('Is there an effusion?');
      await finished();
      stage.staged.films.delete(EVERY_THREAD);
      await page.reload();
      await page.getByText('The film of this thread is not kept any more.').waitFor();
      await page.locator('.unshown input').setInputFiles('assets/films/hannover-bd10d5e2-pa.png');
      await filmShown();
      await press('Wet read');
      await finished(2);
      expect(stage.staged.messages[1]?.thread).toBe(stage.staged.messages[0]?.thread);
      // The film that is not there any more was asked for.
      stage.visitor.complaints.length = 0;
    });

    test('are the same in two tabs, while an answer comes and when it is gone on with', async () => {
      const { page } = stage;
      await pickSample();
      await ask('step by step');
      stage.steps.allow(3);
      await page.locator('.answer', { hasText: 'The heart' }).waitFor();
      const other = await page.context().newPage();
      await other.goto(stage.site.url);
      await other.locator('.answer', { hasText: 'The heart' }).waitFor();
      stage.steps.allow(ALL);
      for (const tab of [page, other])
        await tab.locator('.answer', { hasText: 'is not a finding' }).waitFor();
      await other.getByLabel('Your question').fill('And the lungs?');
      await other.keyboard.press('Enter');
      for (const tab of [page, other]) await tab.locator('.after').nth(1).waitFor();
      expect(await page.locator('.asked').allTextContents()).toEqual([
        'step by step',
        'And the lungs?',
      ]);
    });

    test('are several: a new film begins another, and the first is gone on with', async () => {
      const { page } = stage;
      await pickSample();
      await press('Report');
      await finished();
      await press('New film');
      await page.getByText('Show it a chest film').waitFor();
      // The button that had the focus cannot be pressed any more.
      await expect
        .poll(() => page.evaluate('document.activeElement.textContent'))
        .toBe('Choose a file');
      expect(await page.locator('.turn').count()).toBe(0);
      await page
        .locator('input.file')
        .first()
        .setInputFiles('assets/films/hannover-bd10d5e2-pa.png');
      await ask('Is there an effusion?');
      await finished();
      await openThreads();
      expect(await threads().locator('li b').allTextContents()).toEqual([
        'Is there an effusion?',
        'Sample film, PA, cardiomegaly',
      ]);
      await threads().getByRole('button', { name: 'Sample film' }).first().click();
      await finished();
      expect(await page.locator('.asked').allTextContents()).toEqual(['Report']);
      await ask('And now?');
      await finished(2);
      const [first, second, third] = stage.staged.messages.map(({ thread }) => thread);
      expect([first === third, first === second]).toEqual([true, false]);
    });

    test('never show the film of another thread while their own is on its way', async () => {
      const { page } = stage;
      await pickSample();
      await press('Report');
      await finished();
      await press('New film');
      const film = 'assets/films/hannover-bd10d5e2-pa.png';
      await page.locator('input.file').first().setInputFiles(film);
      await ask('Is there an effusion?');
      await finished();
      // The page knows no film of the first thread any more.
      await page.reload();
      await finished();
      await filmShown();
      const isDrawn = () =>
        page.evaluate(`(() => {
          const small = new OffscreenCanvas(8, 8).getContext('2d', { willReadFrequently: true });
          small.drawImage(document.querySelector('.canvas canvas'), 0, 0, 8, 8);
          return small.getImageData(0, 0, 8, 8).data.some((value) => value !== 0);
        })()`);
      await expect.poll(isDrawn).toBe(true);
      stage.staged.film = () => new Promise(() => {});
      await openThreads();
      await threads().getByRole('button', { name: 'Sample film' }).first().click();
      await page.getByText('Opening the film').waitFor();
      await expect.poll(isDrawn).toBe(false);
      expect(await page.locator('.box').count()).toBe(0);
    });

    test('are forgotten when told to, here, on the server and in another tab', async () => {
      const { page } = stage;
      await pickSample();
      await press('Report');
      await finished();
      const other = await page.context().newPage();
      await other.goto(stage.site.url);
      await other.locator('.after').first().waitFor();
      await openThreads();
      await press('Forget Sample film, PA, cardiomegaly');
      await expect.poll(() => stage.staged.forgotten).toEqual([stage.staged.messages[0]?.thread]);
      await page.keyboard.press('Escape');
      await page.getByText('Show it a chest film').waitFor();
      await other.getByText('This thread was forgotten in another tab.').waitFor();
      await page.reload();
      await page.getByText('Show it a chest film').waitFor();
      expect(await page.evaluate("localStorage.getItem('wetread-threads')")).toBe('[]');
    });

    test('lose what the server has no more: forgotten by a word, or past its time', async () => {
      const { page } = stage;
      await pickSample();
      await press('Report');
      await finished();
      await ask('And the lungs?');
      await finished(2);
      const [first, second] = stage.staged.messages;
      stage.stageAnew().remember({ ...second!, text: 'And the lungs?' });
      await stage.site.close();
      stage.site = await startPage(stage.staged, stage.site.port);
      await page.reload();
      await finished();
      expect(await page.locator('.asked').allTextContents()).toEqual(['And the lungs?']);
      expect(first?.thread).toBe(second?.thread);
      await stage.staged.forget(second!);
      await page.reload();
      await page.getByText('Show it a chest film').waitFor();
      await expect.poll(() => page.evaluate("localStorage.getItem('wetread-threads')")).toBe('[]');
    });

    test('are not kept by a browser that keeps nothing, and everything else works', async () => {
      const context = await stage.browser.newContext();
      const page = await context.newPage();
      await page.addInitScript(() => {
        const deny = {
          get: () => {
            throw new Error('denied');
          },
        };
        Object.defineProperty(globalThis, 'localStorage', deny);
        Object.defineProperty(globalThis, 'sessionStorage', deny);
      });
      await page.goto(stage.site.url);
      await page.getByRole('button', { name: 'PA, cardiomegaly' }).click();
      await page.getByRole('button', { name: 'Wet read' }).click();
      await page.locator('.box').waitFor();
      expect(await page.locator('.turn').count()).toBe(1);
      await context.close();
    });
  },
);
