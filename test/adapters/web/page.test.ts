import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Picture, Reply } from '../../../src/core/reply.ts';
import { WetreadError } from '../../../src/errors.ts';
import { browserMissing, openBrowser } from '../../support/browser.ts';
import { createStagedConversation, type Stage } from './staged-conversation.ts';
import { handOver, startPage, visit } from './start-page.ts';

const film = await readFile('assets/films/nih-00000001_000-pa.png');
const picture: Picture = { png: film, width: 512, height: 512, altText: 'The film with one box.' };
const WORDS = 'The heart is enlarged (1). <img src=x> is not a finding (2).';

const replyOf = (text: string, changes: Partial<Reply> = {}): Reply => ({
  question: '',
  text,
  raw: text,
  boxes: [
    {
      number: 1,
      label: 'heart',
      box: [0.2, 0.4, 0.7, 0.8],
      pixels: [102, 204, 358, 409],
      side: null,
      sentence: 'The heart is enlarged (1).',
    },
  ],
  notices: [],
  annotated: null,
  exchange: null,
  usage: { promptTokens: 9, cachedTokens: 0, completionTokens: 5 },
  finishReason: 'stop',
  ...changes,
});

/** Lets a reply that is asked "step by step" go on when the test says so; no test waits for a clock. */
class Steps {
  #allowed = 0;
  #go: () => void = () => {};

  allow(steps: number): void {
    this.#allowed += steps;
    this.#go();
  }

  /** Resolves when a step is allowed, or the reply is stopped. */
  async wait(signal: AbortSignal): Promise<void> {
    while (this.#allowed === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#go = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    this.#allowed -= 1;
  }
}

/** What the conversation does is told by the question's words. */
const stageWith = (steps: Steps): Stage =>
  async function* ({ text, ask }, signal, answers) {
    const step = async (): Promise<void> => {
      if (text === 'step by step') await steps.wait(signal);
    };
    yield { type: 'notice', code: 'demo-model', text: 'This is a demonstration model.' };
    if (text === 'upside down' && answers === undefined) {
      const options = [
        { code: 'turn', text: 'Turn it and read' },
        { code: 'as-is', text: 'Read it as it is' },
      ] as const;
      yield {
        type: 'choices',
        private: false,
        question: 'Turn the film?',
        refused: false,
        options,
        picture,
      };
      return;
    }
    if (text === 'fail') {
      const message = 'Many people are asking.';
      yield { type: 'error', code: 'queue-full', message, retryable: true };
      return;
    }
    yield { type: 'status', phase: 'queued', place: 3 };
    await step();
    yield { type: 'status', phase: 'reading', done: 50, total: 200 };
    await step();
    let said = '';
    for (const word of WORDS.split(/(?<= )/)) {
      said += word;
      yield { type: 'text-delta', text: word };
      await step();
      if (!signal.aborted) continue;
      yield { type: 'end', reply: replyOf(said, { finishReason: 'stopped' }) };
      return;
    }
    if (ask !== undefined || answers !== undefined) yield { type: 'image', ...picture };
    yield { type: 'notice', code: 'legend', text: 'A box is where the model looks, not proof.' };
    const exchange = { question: text, answer: WORDS, gate: false };
    const { boxes } = replyOf(WORDS);
    const twice = [...boxes, ...boxes.map((box) => ({ ...box, number: 2 }))];
    const judged = text === 'two boxes' ? { exchange, boxes: twice } : { exchange };
    yield { type: 'end', reply: replyOf(WORDS, text.startsWith('help') ? {} : judged) };
  };

/** More steps than a reply has. */
const ALL = 100;

// Skipped only where there is no browser, and then says so in its name.
describe.skipIf(browserMissing !== undefined)(`the page ${browserMissing ?? ''}`, () => {
  let browser: Browser;
  let steps: Steps;
  let staged: ReturnType<typeof createStagedConversation>;
  let site: Awaited<ReturnType<typeof startPage>>;
  let visitor: Awaited<ReturnType<typeof visit>>;

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    steps = new Steps();
    staged = createStagedConversation(stageWith(steps));
    site = await startPage(staged);
    visitor = await visit(browser, site.url);
  });
  afterEach(async () => {
    // Also: no inline script or style, nothing from elsewhere, no failed request, no exception.
    const { complaints } = visitor;
    if (complaints.length > 0) throw new Error(`The browser complains: ${complaints.join('; ')}`);
    await visitor.leave();
    await site.close();
  });

  const pickSample = () => visitor.page.getByRole('button', { name: 'PA, cardiomegaly' }).click();
  const press = (name: string) => visitor.page.getByRole('button', { name, exact: true }).click();
  const ask = async (text: string) => {
    await visitor.page.getByLabel('Your question').fill(text);
    await visitor.page.keyboard.press('Enter');
  };
  const lastTurn = () => visitor.page.locator('.turn').last();
  /** Waits until there are so many turns, all of them answered. */
  const finished = async (turns = 1) => {
    await visitor.page
      .locator('.turn')
      .nth(turns - 1)
      .waitFor();
    await expect.poll(() => visitor.page.locator('.status').count(), { timeout: 15_000 }).toBe(0);
  };
  const viewer = () => visitor.page.locator('#film-picture');

  test('shows a sample with whose it is, reads it, and brings the picture with boxes', async () => {
    const { page } = visitor;
    await pickSample();
    expect(await page.locator('#film-credit').textContent()).toContain('NIH Clinical Center');
    await press('Wet read');
    await page.getByRole('button', { name: 'Annotated', pressed: true }).waitFor();
    await finished();
    expect(await viewer().getAttribute('alt')).toBe('The film with one box.');
    expect(await lastTurn().locator('.asked').textContent()).toBe('Wet read');
    expect(await lastTurn().locator('.answer').getAttribute('aria-busy')).toBe('false');
    expect(await lastTurn().locator('.number').allTextContents()).toEqual(['1']);
    await press('Film');
    expect(await viewer().getAttribute('alt')).toBe('Sample film, PA, cardiomegaly');
    const saved = page.waitForEvent('download');
    await page.locator('#download').click();
    expect((await saved).suggestedFilename()).toBe('wetread-film.png');
    expect(staged.messages).toMatchObject([{ ask: { kind: 'task', task: 'wet-read' }, text: '' }]);
  });

  test.each(['drop', 'paste'] as const)('takes a film by %s, as its own bytes', async (how) => {
    const { page } = visitor;
    await handOver(page, how, film);
    await page.getByText('This film goes with your next question.').waitFor();
    expect(await page.locator('#dropping').isVisible()).toBe(false);
    await ask('Where is the heart?');
    await finished();
    const bytes = await staged.messages[0]!.attachments[0]!.fetch(new AbortController().signal);
    expect(Buffer.from(bytes).equals(film)).toBe(true);
  });

  test('takes a chosen file, and follow-ups stay in the thread without it', async () => {
    const { page } = visitor;
    await page.locator('#file').setInputFiles('assets/films/hannover-bd10d5e2-pa.png');
    await ask('Is there an effusion?');
    await finished();
    await ask('Where is it?');
    await finished(2);
    const [first, second] = staged.messages;
    expect([first?.attachments.length, second?.attachments.length]).toEqual([1, 0]);
    expect(second?.thread).toBe(first?.thread);
    expect(await page.locator('.asked').allTextContents()).toEqual([
      'Is there an effusion?',
      'Where is it?',
    ]);
  });

  test('says what it waits for, then the words, with the first notices above and the others below', async () => {
    await pickSample();
    await ask('step by step');
    const { page } = visitor;
    await page.getByText('Place 3 in the queue').waitFor();
    steps.allow(1);
    await page.getByText('Reading the film, 25 %').waitFor();
    steps.allow(ALL);
    await finished();
    const order = await lastTurn().locator('.notices, .answer').allTextContents();
    expect(order).toEqual([
      'This is a demonstration model.',
      // Numbers without a box stay as they are; nothing becomes markup.
      'The heart is enlarged 1. <img src=x> is not a finding (2).',
      'A box is where the model looks, not proof.',
    ]);
    expect(await lastTurn().locator('img').count()).toBe(0);
  });

  test('stops an answer and keeps what was said', async () => {
    await pickSample();
    await ask('step by step');
    steps.allow(3);
    await visitor.page.locator('.answer', { hasText: 'The heart' }).waitFor();
    await press('Stop');
    await finished();
    const said = (await lastTurn().locator('.answer').textContent()) ?? '';
    expect(said).toMatch(/^The heart/);
    expect(said).not.toContain('finding');
    expect(await lastTurn().getByText('Stopped.').count()).toBe(1);
  });

  test('asks with a picture, and shows the turned film when that is chosen', async () => {
    await pickSample();
    await ask('upside down');
    const group = visitor.page.getByRole('group', { name: 'Turn the film?' });
    await group.waitFor();
    expect(await lastTurn().locator('.thumbnail img').getAttribute('alt')).toBe(picture.altText);
    await press('Turn it and read');
    await finished(2);
    expect(await group.getByRole('button').first().isDisabled()).toBe(true);
    expect(await lastTurn().locator('.asked').textContent()).toBe('Turn it and read');
    await press('Film');
    expect(await viewer().getAttribute('alt')).toBe(picture.altText);
  });

  test('says a failure as a sentence', async () => {
    await pickSample();
    await ask('fail');
    await finished();
    expect(await lastTurn().getByRole('alert').textContent()).toBe('Many people are asking.');
  });

  test('goes on with the answer after a reload', async () => {
    const { page } = visitor;
    await pickSample();
    await ask('step by step');
    steps.allow(3);
    await page.locator('.answer', { hasText: 'The heart' }).waitFor();
    await page.reload();
    await page.locator('.answer', { hasText: 'The heart' }).waitFor();
    steps.allow(ALL);
    await page.locator('.answer', { hasText: 'is not a finding' }).waitFor();
    await finished();
    expect(await page.locator('.turn').count()).toBe(1);
    expect(await viewer().getAttribute('alt')).toBe('Sample film, PA, cardiomegaly');
    expect(staged.messages.length).toBe(1);
  });

  test('goes on with the answer of a server that was restarted, from its beginning', async () => {
    await pickSample();
    await ask('step by step');
    steps.allow(4);
    await visitor.page.locator('.answer', { hasText: 'The heart' }).waitFor();
    const { port } = site;
    await site.close();
    await visitor.page.getByText('The connection is cut; trying again').waitFor();
    const [said] = staged.messages;
    staged = createStagedConversation(stageWith(new Steps()));
    staged.remember({ ...said!, text: 'What is on the film?' });
    site = await startPage(staged, port);
    await finished();
    expect(await visitor.page.locator('.answer').textContent()).toBe(
      'The heart is enlarged 1. <img src=x> is not a finding (2).',
    );
    // The browser says that it could not reach the server, which is what was done to it.
    visitor.complaints.length = 0;
  });

  test('says after a reload that a film of your own is not kept, and asks on', async () => {
    const { page } = visitor;
    await page.locator('#file').setInputFiles('assets/films/hannover-bd10d5e2-pa.png');
    await ask('Is there an effusion?');
    await finished();
    await page.reload();
    await page.getByText('Films are not kept in this page.').waitFor();
    await finished();
    await press('Wet read');
    await finished(2);
    await page.getByRole('button', { name: 'Annotated', pressed: true }).waitFor();
    expect(await viewer().getAttribute('alt')).toBe(picture.altText);
    expect(staged.messages.map(({ thread }) => thread)[1]).toBe(staged.messages[0]?.thread);
  });

  test('gives the words and the film back when the server refuses them', async () => {
    const take = async () => {
      throw new WetreadError('closing');
    };
    const closing = await startPage({ ...staged, take });
    const { page, leave } = await visit(browser, closing.url);
    await page.getByRole('button', { name: 'PA, cardiomegaly' }).click();
    await page.getByLabel('Your question').fill('Is there an effusion?');
    await page.keyboard.press('Enter');
    await page.getByText('Wetread is being restarted. Ask again in a minute.').waitFor();
    expect(await page.getByLabel('Your question').inputValue()).toBe('Is there an effusion?');
    expect(await page.getByText('This film goes with your next question.').isVisible()).toBe(true);
    expect(await page.locator('.turn').count()).toBe(0);
    await leave();
    await closing.close();
  });

  test('takes questions while an answer is running, and answers them in order', async () => {
    await pickSample();
    await ask('step by step');
    await ask('And then?');
    await expect
      .poll(() => staged.messages.map(({ text }) => text))
      .toEqual(['step by step', 'And then?']);
    steps.allow(ALL);
    await finished(2);
    const answers = await visitor.page.locator('.answer').allTextContents();
    expect(answers.map((answer) => answer.slice(0, 9))).toEqual(['The heart', 'The heart']);
  });

  test('begins anew with a new film, and forgets the old thread', async () => {
    const { page } = visitor;
    await pickSample();
    await press('Report');
    await finished();
    await press('New film');
    await page.getByText('Show it a chest film').waitFor();
    await expect.poll(() => staged.forgotten).toEqual([staged.messages[0]?.thread]);
    expect(await page.locator('.turn').count()).toBe(0);
    await page.reload();
    expect(await page.locator('.turn').count()).toBe(0);
  });

  test('takes a judgement of a reply, and of one box of several', async () => {
    await pickSample();
    await ask('Is the heart large?');
    await finished();
    await press('Wrong place');
    await lastTurn().getByText('Noted, thank you.').waitFor();
    await ask('two boxes');
    await finished(2);
    await press('Wrong finding');
    await press('(2)');
    await expect.poll(() => staged.feedbackGiven.length).toBe(2);
    expect(staged.feedbackGiven.map(({ feedback }) => feedback)).toEqual([
      { kind: 'wrong-place', box: 1, corrected: undefined },
      { kind: 'wrong-finding', box: 2 },
    ]);
    await ask('help');
    await finished(3);
    expect(await lastTurn().getByRole('group', { name: 'Your judgement' }).count()).toBe(0);
  });

  test('is usable with the keyboard alone', async () => {
    const { page } = visitor;
    const focused = () => page.evaluate('document.activeElement.textContent.trim()');
    const tabTo = async (text: string) => {
      for (let step = 0; step < 30 && (await focused()) !== text; step++) {
        await page.keyboard.press('Tab');
      }
      expect(await focused()).toBe(text);
      await page.keyboard.press('Enter');
    };
    await tabTo('PA, cardiomegaly');
    await page.keyboard.press('Shift+Tab');
    await tabTo('Wet read');
    await finished();
    await lastTurn().getByTitle('Enlarge').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  test('fits a phone: nothing runs off to the side, before and after an answer', async () => {
    await visitor.leave();
    visitor = await visit(browser, site.url, { viewport: { width: 360, height: 740 } });
    const overflow = () =>
      visitor.page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(await overflow()).toBe(0);
    await pickSample();
    await press('Wet read');
    await finished();
    expect(await overflow()).toBe(0);
    const box = await viewer().boundingBox();
    expect(box?.width).toBeGreaterThan(300);
    expect(await visitor.page.getByLabel('Your question').isVisible()).toBe(true);
  });
});
