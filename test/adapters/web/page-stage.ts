import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Picture, Reply } from '../../../src/core/reply.ts';
import { openBrowser } from '../../support/browser.ts';
import { createStagedConversation, EVERY_THREAD, type Stage } from './staged-conversation.ts';
import { startPage, visit } from './start-page.ts';

export const film = await readFile('assets/films/nih-00000001_000-pa.png');
export const picture: Picture = {
  png: film,
  width: 512,
  height: 512,
  altText: 'The film with one box.',
};
const WORDS = 'The heart is enlarged (1). <img src=x> is not a finding (3).';
const TWO_BOXES = 'The heart is enlarged (1). There is a left nodule (2).';

const HEART: Reply['boxes'][number] = {
  number: 1,
  label: 'enlarged heart',
  box: [0.2, 0.4, 0.7, 0.8],
  pixels: [102, 204, 358, 409],
  side: null,
  sentence: 'The heart is enlarged (1).',
};
const NODULE: Reply['boxes'][number] = {
  number: 2,
  label: 'nodule',
  box: [0.72, 0.2, 0.82, 0.3],
  pixels: [368, 102, 420, 154],
  side: 'left',
  sentence: 'There is a left nodule (2).',
};

const replyOf = (text: string, changes: Partial<Reply> = {}): Reply => ({
  question: '',
  text,
  raw: text,
  boxes: [HEART],
  notices: [],
  annotated: null,
  exchange: null,
  usage: { promptTokens: 9, cachedTokens: 0, completionTokens: 5 },
  finishReason: 'stop',
  ...changes,
});

/** Lets a reply that is asked "step by step" go on when the test says so; no test waits for a clock. */
export class Steps {
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

/** More steps than a reply has. */
export const ALL = 100;

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
    const words = text === 'two boxes' ? TWO_BOXES : WORDS;
    let said = '';
    for (const word of words.split(/(?<= )/)) {
      said += word;
      yield { type: 'text-delta', text: word };
      await step();
      if (!signal.aborted) continue;
      yield { type: 'end', reply: replyOf(said, { finishReason: 'stopped', boxes: [] }) };
      return;
    }
    if (ask !== undefined || answers !== undefined) yield { type: 'image', ...picture };
    yield { type: 'notice', code: 'legend', text: 'A box is where the model looks, not proof.' };
    const exchange = text === 'help' ? null : { question: text, answer: words, gate: false };
    const boxes = text === 'two boxes' ? [HEART, NODULE] : [HEART];
    yield { type: 'end', reply: replyOf(words, { exchange, boxes: exchange ? boxes : [] }) };
  };

/** A browser, and for each test a server with a staged conversation and a visitor of its page. */
export const usePage = (options: BrowserContextOptions = {}) => {
  const stage = {
    browser: undefined as unknown as Browser,
    steps: new Steps(),
    staged: undefined as unknown as ReturnType<typeof createStagedConversation>,
    site: undefined as unknown as Awaited<ReturnType<typeof startPage>>,
    visitor: undefined as unknown as Awaited<ReturnType<typeof visit>>,
    get page() {
      return stage.visitor.page;
    },
    stageAnew: () => {
      stage.staged = createStagedConversation(stageWith(stage.steps));
      stage.staged.films.set(EVERY_THREAD, { sha256: 'a1b2', png: film });
      return stage.staged;
    },
    pickSample: () => stage.page.getByRole('button', { name: 'PA, cardiomegaly' }).click(),
    press: (name: string) => stage.page.getByRole('button', { name, exact: true }).click(),
    ask: async (text: string) => {
      await stage.page.getByLabel('Your question').fill(text);
      await stage.page.keyboard.press('Enter');
    },
    lastTurn: () => stage.page.locator('.turn').last(),
    /** Waits until there are so many turns, all of them answered. */
    finished: async (turns = 1) => {
      await stage.page
        .locator('.turn')
        .nth(turns - 1)
        .waitFor();
      await expect.poll(() => stage.page.locator('.status').count(), { timeout: 15_000 }).toBe(0);
    },
    /** Waits until the film is on the screen. */
    filmShown: async () => {
      await stage.page.locator('.canvas[aria-busy="false"] canvas').first().waitFor();
    },
    /** A turn that is answered with a box on the film. */
    boxShown: async (text = 'Is the heart large?') => {
      await stage.pickSample();
      await stage.ask(text);
      await stage.finished();
      await stage.filmShown();
      await stage.page.locator('.box').first().waitFor();
    },
  };
  beforeAll(async () => {
    stage.browser = await openBrowser();
  });
  afterAll(() => stage.browser.close());
  beforeEach(async () => {
    stage.steps = new Steps();
    stage.site = await startPage(stage.stageAnew());
    stage.visitor = await visit(stage.browser, stage.site.url, options);
  });
  afterEach(async () => {
    // Also: no inline script or style, nothing from elsewhere, no failed request, no exception.
    const { complaints } = stage.visitor;
    if (complaints.length > 0) throw new Error(`The browser complains: ${complaints.join('; ')}`);
    await stage.visitor.leave();
    await stage.site.close();
  });
  return stage;
};
