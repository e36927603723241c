import axe from 'axe-core';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { browserMissing } from '../../support/browser.ts';
import { ALL, usePage } from './page-stage.ts';
import { PAGE_OPTIONS, visit } from './start-page.ts';

type Violation = {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
};

/** Until no color is on its way to another: halfway there a contrast is neither's. What turns for ever is not waited for. */
const SETTLED = `Promise.allSettled(
  document
    .getAnimations()
    .filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime))
    .map(({ finished }) => finished),
)`;

/** What axe says against the page as it is now, as far as it is serious; by name and element. */
const faults = async (page: Page): Promise<string[]> => {
  await page.evaluate(SETTLED);
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as { violations: Violation[] };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
};

describe.skipIf(browserMissing !== undefined)(`everybody ${browserMissing ?? ''}`, () => {
  const stage = usePage();
  const { ask, boxShown, filmShown, finished, lastTurn, pickSample, press } = stage;

  test.each(['dark', 'light'] as const)(
    'can read the %s page: axe finds nothing serious',
    async (theme) => {
      const { page } = stage;
      if (theme === 'light') await press('Show it light');
      expect(await page.locator('html').getAttribute('data-theme')).toBe(theme);
      expect(await faults(page)).toEqual([]);
      await pickSample();
      await filmShown();
      expect(await faults(page)).toEqual([]);
      await ask('step by step');
      stage.steps.allow(3);
      await page.locator('.answer', { hasText: 'The heart' }).waitFor();
      expect(await faults(page)).toEqual([]);
      stage.steps.allow(ALL);
      await finished();
      await page.locator('.thread').focus();
      await page.keyboard.press('1');
      await page.getByRole('complementary').waitFor();
      expect(await faults(page)).toEqual([]);
      await page.getByRole('complementary').getByRole('button', { name: 'Wrong place' }).click();
      await page.locator('.redrawing svg').first().waitFor();
      expect(await faults(page)).toEqual([]);
      await press('Cancel');
      for (const [text, turns] of [
        ['upside down', 2],
        ['fail', 3],
      ] as const) {
        await ask(text);
        await finished(turns);
      }
      expect(await faults(page)).toEqual([]);
      for (const dialog of ['Threads', 'Keys']) {
        await press(dialog);
        await page.getByRole('dialog', { name: dialog }).waitFor();
        expect(await faults(page)).toEqual([]);
        await page.keyboard.press('Escape');
      }
    },
    60_000,
  );

  test('keeps the theme that was chosen', async () => {
    await press('Show it light');
    await stage.page.reload();
    await stage.page.getByRole('button', { name: 'Show it dark' }).waitFor();
    expect(await stage.page.locator('html').getAttribute('data-theme')).toBe('light');
  });

  test('needs no more than a keyboard', async () => {
    const { page } = stage;
    const focused = () =>
      page.evaluate(
        "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()",
      );
    const tabTo = async (name: string, key = 'Tab') => {
      for (let step = 0; step < 40 && (await focused()) !== name; step++)
        await page.keyboard.press(key);
      expect(await focused()).toBe(name);
    };
    await tabTo('PA, cardiomegaly');
    await page.keyboard.press('Enter');
    await filmShown();
    await tabTo('Wet read', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await finished();
    // The number in the answer is a button, and so is the box on the film.
    await tabTo('Box 1 enlarged heart', 'Shift+Tab');
    await page.locator('.box.lit').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Box 1' }).waitFor();
    await tabTo('Wrong finding', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').getByText('Noted as a wrong finding').waitFor();
    await tabTo(`Enlarge: The film with one box.`);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Enlarged picture' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.id')).toBe('words');
    await page.keyboard.type('Where is the heart?');
    await page.keyboard.press('Enter');
    await finished(2);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await tabTo('Threads', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await tabTo('Forget Sample film, PA, cardiomegaly');
    await page.keyboard.press('Enter');
    await expect.poll(() => stage.staged.forgotten.length).toBe(1);
    await page.keyboard.press('Escape');
    await tabTo('Choose a file');
  }, 60_000);

  test('hears the answer once it is whole, what it waits for, and what each box is of', async () => {
    const { page } = stage;
    await boxShown('two boxes');
    const tree = await page.locator('main').ariaSnapshot();
    for (const line of [
      'region "Film"',
      'group "The film that is talked about. 2 boxes."',
      'button "Box 1 enlarged heart"',
      'button "Box 2 nodule, left"',
      'toolbar "The film"',
      'region "Conversation"',
      'textbox "Your question"',
    ])
      expect(tree).toContain(line);
    expect(await lastTurn().locator('.answer').getAttribute('aria-live')).toBe('polite');
    await ask('step by step');
    stage.steps.allow(3);
    await lastTurn().locator('.answer', { hasText: 'The heart' }).waitFor();
    expect(await lastTurn().locator('.answer').getAttribute('aria-busy')).toBe('true');
    expect(await lastTurn().getByRole('status').textContent()).toBe('Reading the film, 25 %');
    stage.steps.allow(ALL);
    await finished(2);
    expect(await lastTurn().locator('.answer').getAttribute('aria-busy')).toBe('false');
  });

  test('on a phone sees the film, the answer and the question, and nothing runs off to the side', async () => {
    await stage.visitor.leave();
    stage.visitor = await visit(stage.browser, stage.site.url, {
      viewport: { width: 360, height: 740 },
      isMobile: true,
      hasTouch: true,
    });
    const { page } = stage;
    const overflow = () => page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(await overflow()).toBe(0);
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: 'PA, cardiomegaly' }).tap();
    await page.getByRole('button', { name: 'Wet read' }).tap();
    await finished();
    await filmShown();
    expect(await overflow()).toBe(0);
    expect(await faults(page)).toEqual([]);
    const canvas = (await page.locator('.canvas').boundingBox())!;
    expect(canvas.width).toBe(360);
    expect(canvas.height).toBeGreaterThan(200);
    expect(await page.getByLabel('Your question').isVisible()).toBe(true);
    // The reply is taller than its place, and its question is still in sight.
    const asked = (await page.locator('.asked').boundingBox())!;
    const thread = (await page.locator('.thread').boundingBox())!;
    const tall = await page.evaluate("document.querySelector('.turn').clientHeight");
    expect(tall).toBeGreaterThan(thread.height);
    expect(asked.y).toBeGreaterThanOrEqual(thread.y);
    // Two fingers enlarge the film, not the page.
    const box = page.locator('.box').first();
    const begun = (await box.boundingBox())!;
    const touch = await page.context().newCDPSession(page);
    const x = canvas.x + canvas.width / 2;
    const y = canvas.y + canvas.height / 2;
    const fingers = (apart: number) => [
      { x: x - apart, y, id: 1 },
      { x: x + apart, y, id: 2 },
    ];
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(30) });
    for (const apart of [45, 60, 75, 90])
      await touch.send('Input.dispatchTouchEvent', {
        type: 'touchMove',
        touchPoints: fingers(apart),
      });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await expect
      .poll(async () => (await box.boundingBox())!.width)
      .toBeGreaterThan(begun.width * 1.5);
    expect(await page.evaluate('visualViewport.scale')).toBe(1);
    // A finger on a box chooses it.
    await page.getByRole('button', { name: 'Fit the film' }).tap();
    await expect.poll(async () => (await box.boundingBox())!.width).toBeLessThan(begun.width * 1.1);
    const { x: left, y: top, width, height } = (await box.boundingBox())!;
    await page.touchscreen.tap(left + width / 2, top + height / 2);
    await page.getByRole('complementary').waitFor();
    expect(await overflow()).toBe(0);
  });
});

/** What a visitor loads at most, compressed and without films: a second of a slow mobile connection. */
const PAGE_LIMIT_BYTES = 300 * 1000;

test('the page with all its parts is under 300 kB compressed', async () => {
  const { page } = PAGE_OPTIONS;
  const files = await readdir(page);
  const sent = files.filter((file) => file.endsWith('.br') || file.endsWith('.woff2'));
  const sizes = await Promise.all(sent.map(async (file) => (await stat(join(page, file))).size));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  expect(sent.length).toBeGreaterThan(5);
  expect(all).toBeLessThan(PAGE_LIMIT_BYTES);
});
