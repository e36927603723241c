import { describe, expect, test } from 'vitest';
import { WetreadError } from '../../../src/errors.ts';
import { browserMissing } from '../../support/browser.ts';
import { ALL, film, picture, usePage } from './page-stage.ts';
import { handOver, startPage, visit } from './start-page.ts';

// Skipped only where there is no browser, and then says so in its name.
describe.skipIf(browserMissing !== undefined)(
  `a thread of the page ${browserMissing ?? ''}`,
  () => {
    const stage = usePage();
    const { ask, finished, lastTurn, pickSample, press } = stage;

    test('begins with a sample, shown with whose it is, and brings the annotated film', async () => {
      const { page } = stage;
      await pickSample();
      expect(await page.locator('.credit').textContent()).toContain('NIH Clinical Center');
      await press('Wet read');
      await finished();
      expect(await lastTurn().locator('.asked').textContent()).toBe('Wet read');
      expect(await lastTurn().locator('.answer').getAttribute('aria-busy')).toBe('false');
      expect(await lastTurn().locator('.answer .number').allTextContents()).toEqual(['1']);
      expect(await lastTurn().getByRole('img').getAttribute('alt')).toBe(picture.altText);
      const saved = page.waitForEvent('download');
      await lastTurn().getByRole('link', { name: 'Download' }).click();
      expect((await saved).suggestedFilename()).toBe('wetread-film.png');
      expect(stage.staged.messages).toMatchObject([
        { ask: { kind: 'task', task: 'wet-read' }, text: '' },
      ]);
    });

    test.each(['drop', 'paste'] as const)('takes a film by %s, as its own bytes', async (how) => {
      const { page } = stage;
      await handOver(page, how, film);
      await page.getByText('This film goes with your next question.').waitFor();
      expect(await page.locator('.dropping').isVisible()).toBe(false);
      await ask('Where is the heart?');
      await finished();
      const [{ attachments } = { attachments: [] }] = stage.staged.messages;
      const bytes = await attachments[0]!.fetch(new AbortController().signal);
      expect(Buffer.from(bytes).equals(film)).toBe(true);
    });

    test('goes on without the film, which can be put away before it is sent', async () => {
      const { page } = stage;
      await page
        .locator('input.file')
        .first()
        .setInputFiles('assets/films/hannover-bd10d5e2-pa.png');
      await press('Put the film away');
      await page.getByText('Show it a chest film').waitFor();
      await page
        .locator('input.file')
        .first()
        .setInputFiles('assets/films/hannover-bd10d5e2-pa.png');
      await ask('Is there an effusion?');
      await finished();
      await ask('Where is it?');
      await finished(2);
      const [first, second] = stage.staged.messages;
      expect([first?.attachments.length, second?.attachments.length]).toEqual([1, 0]);
      expect(second?.thread).toBe(first?.thread);
    });

    test('says what it waits for, then the words, with the first notices above and the others below', async () => {
      const { page } = stage;
      await pickSample();
      await ask('step by step');
      await page.getByText('Place 3 in the queue').waitFor();
      stage.steps.allow(1);
      await page.getByText('Reading the film, 25 %').waitFor();
      expect(await page.getByRole('progressbar').getAttribute('value')).toBe('0.25');
      stage.steps.allow(ALL);
      await finished();
      const order = await lastTurn().locator('.notices, .answer').allTextContents();
      expect(order).toEqual([
        'This is a demonstration model.',
        // Numbers without a box stay as they are; nothing becomes markup.
        'The heart is enlarged 1. <img src=x> is not a finding (3).',
        'A box is where the model looks, not proof.',
      ]);
      expect(await lastTurn().locator('img').count()).toBe(0);
    });

    test('stops an answer and keeps what was said', async () => {
      await pickSample();
      await ask('step by step');
      stage.steps.allow(3);
      await stage.page.locator('.answer', { hasText: 'The heart' }).waitFor();
      await press('Stop');
      await finished();
      const said = (await lastTurn().locator('.answer').textContent()) ?? '';
      expect(said).toMatch(/^The heart/);
      expect(said).not.toContain('finding');
      expect(await lastTurn().getByText('Stopped.').count()).toBe(1);
    });

    test('asks with a picture, and goes on with what is chosen', async () => {
      const { page } = stage;
      await pickSample();
      await ask('upside down');
      const group = page.getByRole('group', { name: 'Turn the film?' });
      await group.waitFor();
      await lastTurn().getByRole('img', { name: picture.altText }).waitFor();
      await press('Turn it and read');
      await finished(2);
      expect(await group.getByRole('button').first().isDisabled()).toBe(true);
      expect(await lastTurn().locator('.asked').textContent()).toBe('Turn it and read');
    });

    test('says a failure as a sentence, and asks again with the film when told to', async () => {
      await pickSample();
      await ask('fail');
      await finished();
      expect(await lastTurn().getByRole('alert').textContent()).toContain(
        'Many people are asking.',
      );
      await press('Ask again');
      await finished(2);
      const [, again] = stage.staged.messages;
      expect([again?.text, again?.attachments.length]).toEqual(['fail', 1]);
    });

    test('gives the words and the film back when the server refuses them', async () => {
      const take = async () => {
        throw new WetreadError('closing');
      };
      const closing = await startPage({ ...stage.staged, take });
      const { page, leave } = await visit(stage.browser, closing.url);
      await page.getByRole('button', { name: 'PA, cardiomegaly' }).click();
      await page.getByLabel('Your question').fill('Is there an effusion?');
      await page.keyboard.press('Enter');
      await page.getByText('Wetread is being restarted. Ask again in a minute.').waitFor();
      expect(await page.getByLabel('Your question').inputValue()).toBe('Is there an effusion?');
      expect(await page.getByText('This film goes with your next question.').isVisible()).toBe(
        true,
      );
      expect(await page.locator('.turn').count()).toBe(0);
      await leave();
      await closing.close();
    });

    test('takes questions while an answer is running, and answers them in order', async () => {
      await pickSample();
      await ask('step by step');
      await ask('And then?');
      await expect
        .poll(() => stage.staged.messages.map(({ text }) => text))
        .toEqual(['step by step', 'And then?']);
      stage.steps.allow(ALL);
      await finished(2);
      const answers = await stage.page.locator('.answer').allTextContents();
      expect(answers.map((answer) => answer.slice(0, 9))).toEqual(['The heart', 'The heart']);
    });

    test('suggests what may come next, and copies what was said', async () => {
      const { page } = stage;
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await pickSample();
      const suggestions = page.getByRole('group', { name: 'Suggestions' });
      await suggestions.getByRole('button', { name: 'Is the heart enlarged?' }).click();
      await finished();
      await press('Copy');
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(
        /^The heart is enlarged \(1\)/,
      );
      await suggestions.getByRole('button', { name: 'Zoom on box 1.' }).click();
      await finished(2);
      expect(stage.staged.messages.map(({ text }) => text)).toEqual([
        'Is the heart enlarged?',
        'Zoom on box 1.',
      ]);
    });

    test('takes a judgement of a reply, and of one box of several', async () => {
      await pickSample();
      await ask('Is the heart large?');
      await finished();
      await lastTurn().getByRole('button', { name: 'Right' }).click();
      await lastTurn().getByText('Noted as right').waitFor();
      await ask('two boxes');
      await finished(2);
      await lastTurn().getByRole('button', { name: 'Wrong finding' }).click();
      await lastTurn().getByRole('button', { name: 'Box 2 nodule, left' }).last().click();
      await expect.poll(() => stage.staged.feedbackGiven.length).toBe(2);
      expect(stage.staged.feedbackGiven.map(({ feedback }) => feedback)).toEqual([
        { kind: 'right', box: undefined },
        { kind: 'wrong-finding', box: 2 },
      ]);
      await ask('help');
      await finished(3);
      expect(await lastTurn().getByRole('group', { name: 'Your judgement' }).count()).toBe(0);
    });
  },
);
