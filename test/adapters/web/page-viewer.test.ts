import { describe, expect, test } from 'vitest';
import { browserMissing } from '../../support/browser.ts';
import { film, usePage } from './page-stage.ts';

describe.skipIf(browserMissing !== undefined)(
  `the film on the page ${browserMissing ?? ''}`,
  () => {
    const stage = usePage();
    const { ask, boxShown, finished, filmShown, lastTurn, pickSample } = stage;
    const box = () => stage.page.locator('.box').first();
    /** Once it is there: while the page draws anew, it may not be. */
    const sizeOf = async () => {
      for (;;) {
        const size = await box().boundingBox();
        if (size !== null) return size;
        await stage.page.waitForTimeout(20);
      }
    };
    /** Waits until what moves the film has come to rest. */
    const still = async () => {
      let before = await sizeOf();
      await expect
        .poll(async () => {
          const last = before;
          before = await sizeOf();
          return before.x === last.x && before.width === last.width;
        })
        .toBe(true);
    };
    const middle = async (of = stage.page.locator('.canvas')) => {
      const { x, y, width, height } = (await of.boundingBox())!;
      return { x: x + width / 2, y: y + height / 2 };
    };
    /** The film's filter as the browser has it: what becomes of black, and of white. */
    const light = () =>
      stage.page.evaluate(`(() => {
      const used = document.querySelector('.canvas canvas').style.filter !== '';
      const { slope, intercept } = document.querySelector('feFuncR');
      return used ? [intercept.baseVal, slope.baseVal + intercept.baseVal] : [0, 1];
    })()`) as Promise<[number, number]>;
    /** Away from the words, in which a key is a letter. */
    const pressOnFilm = async (key: string) => {
      await stage.page.getByLabel('Your question').press('Escape');
      await stage.page.keyboard.press(key);
    };
    const dragBy = async (right: number, down: number, button: 'left' | 'right' = 'left') => {
      const { mouse } = stage.page;
      const from = await middle();
      await mouse.move(from.x, from.y);
      await mouse.down({ button });
      await mouse.move(from.x + right / 2, from.y + down / 2);
      await mouse.move(from.x + right, from.y + down);
      await mouse.up({ button });
    };

    test('is enlarged by the wheel and by keys, moved by a drag and by arrows, and fits again', async () => {
      const { page } = stage;
      await boxShown();
      const begun = await sizeOf();
      const { x, y } = await middle();
      await page.mouse.move(x, y);
      await page.mouse.wheel(0, -300);
      await expect.poll(async () => (await sizeOf()).width).toBeGreaterThan(begun.width * 1.1);
      const wheeled = await sizeOf();
      await page.locator('.tools').getByRole('button', { name: 'Zoom in' }).click();
      await expect.poll(async () => (await sizeOf()).width).toBeGreaterThan(wheeled.width * 1.1);
      await still();
      const rested = await sizeOf();
      await dragBy(80, 40);
      await expect.poll(async () => (await sizeOf()).x).toBeGreaterThan(rested.x + 40);
      const dragged = await sizeOf();
      await page.keyboard.press('ArrowRight');
      await expect.poll(async () => (await sizeOf()).x).toBeLessThan(dragged.x);
      await page.keyboard.press('0');
      await expect.poll(async () => Math.abs((await sizeOf()).width - begun.width)).toBeLessThan(2);
      await page.keyboard.press('+');
      await expect.poll(async () => (await sizeOf()).width).toBeGreaterThan(begun.width * 1.1);
    });

    test('is windowed by a drag, inverted, and shown as it was again', async () => {
      const { page } = stage;
      await pickSample();
      await filmShown();
      await pressOnFilm('w');
      const place = await middle();
      await dragBy(-150, 0);
      // Narrower: more of it is black, and more of it is white.
      await expect.poll(async () => (await light())[0]).toBeLessThan(-0.05);
      expect((await light())[1]).toBeGreaterThan(1.05);
      expect(await page.getByLabel('Window', { exact: true }).textContent()).toMatch(
        /^W 2\d\d L 128$/,
      );
      await dragBy(0, -100);
      // Up is a lower level, which is brighter.
      await expect.poll(async () => (await light())[0]).toBeGreaterThan(-0.05);
      await page.keyboard.press('r');
      await expect.poll(light).toEqual([0, 1]);
      await page.keyboard.press('i');
      await expect.poll(light).toEqual([1, 0]);
      await page.keyboard.press('i');
      await page.keyboard.press('Shift+ArrowLeft');
      await expect.poll(async () => (await light())[0]).toBeLessThan(0);
      await page.keyboard.press('r');
      await page.keyboard.press('w');
      await dragBy(-100, 0, 'right');
      await expect.poll(async () => (await light())[0]).toBeLessThan(0);
      expect(await middle()).toEqual(place);
    });

    test('lights a box up with its sentence, and the sentence with its box', async () => {
      const { page } = stage;
      await boxShown('two boxes');
      const lit = () => page.locator('.box.lit .chip').allTextContents();
      const sentences = () => page.locator('.sentence.lit').allTextContents();
      await page.locator('.sentence', { hasText: 'nodule' }).hover();
      await expect.poll(lit).toEqual(['2 nodule, left']);
      await page.locator('.asked').hover();
      await expect.poll(lit).toEqual([]);
      const { x, y } = await middle(box());
      await page.mouse.move(x, y);
      await expect.poll(sentences).toEqual(['The heart is enlarged 1.']);
      expect(await lit()).toEqual(['1 enlarged heart']);
      await page.locator('.asked').hover();
      await expect.poll(sentences).toEqual([]);
    });

    test('keeps a box lit, and the focus on it, when the kept film takes the place of the one that was sent', async () => {
      const { page } = stage;
      let release = (): void => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await page.route('**/film', async (route) => {
        await held;
        await route.continue();
      });
      await pickSample();
      await ask('two boxes');
      await finished();
      await box().focus();
      const lit = () => page.locator('.box.lit:focus .chip').allTextContents();
      await expect.poll(lit).toEqual(['1 enlarged heart']);
      await page.evaluate("document.querySelector('.box').dataset.before = ''");
      expect(await page.locator('.box[data-before]').count()).toBe(1);
      release();
      await page.locator('.box[data-before]').waitFor({ state: 'detached' });
      await expect.poll(lit).toEqual(['1 enlarged heart']);
    });

    test('lets a number key, a press on a box or on its number choose it', async () => {
      const { page } = stage;
      await boxShown('two boxes');
      const card = page.getByRole('complementary');
      await page.locator('.thread').focus();
      await page.keyboard.press('2');
      await expect.poll(() => card.textContent()).toContain('nodule, left');
      await page.keyboard.press('7');
      expect(await card.textContent()).toContain('nodule, left');
      await page.keyboard.press('Escape');
      await card.waitFor({ state: 'hidden' });
      const { x, y } = await middle(box());
      await page.mouse.click(x, y);
      await expect.poll(() => card.textContent()).toContain('enlarged heart');
      await lastTurn().locator('button.number', { hasText: '2' }).click();
      await expect.poll(() => card.textContent()).toContain('nodule, left');
      // In words, a number is a number.
      await page.getByLabel('Your question').pressSequentially('1');
      expect(await card.textContent()).toContain('nodule, left');
    });

    test('hides its boxes and shows them again', async () => {
      const { page } = stage;
      await boxShown();
      await pressOnFilm('b');
      await box().waitFor({ state: 'hidden' });
      const boxes = page.getByRole('button', { name: 'Boxes' });
      expect(await boxes.getAttribute('aria-pressed')).toBe('false');
      await boxes.click();
      await box().waitFor();
    });

    test('takes a box that is drawn where it should be', async () => {
      const { page } = stage;
      await boxShown();
      const canvas = (await page.locator('.canvas').boundingBox())!;
      const shown = await sizeOf();
      // The box is 0.5 wide and 0.4 high, from (0.2, 0.4), on a square film.
      const side = shown.width / 0.5;
      const film = { x: shown.x - 0.2 * side, y: shown.y - 0.4 * side };
      expect(film.x).toBeGreaterThanOrEqual(canvas.x - 3);
      await pressOnFilm('1');
      await page.getByRole('complementary').getByRole('button', { name: 'Wrong place' }).click();
      await page.locator('.redrawing .a9s-annotation').first().waitFor({ state: 'attached' });
      const { mouse } = page;
      await mouse.move(film.x + 0.75 * side, film.y + 0.1 * side);
      await mouse.down();
      await mouse.move(film.x + 0.8 * side, film.y + 0.2 * side, { steps: 4 });
      await mouse.move(film.x + 0.9 * side, film.y + 0.3 * side, { steps: 4 });
      await mouse.up();
      await page.getByRole('button', { name: 'Send the place' }).click();
      await expect.poll(() => stage.staged.feedbackGiven.length).toBe(1);
      const { feedback } = stage.staged.feedbackGiven[0]!;
      expect(feedback).toMatchObject({ kind: 'wrong-place', box: 1 });
      const corrected = 'corrected' in feedback ? feedback.corrected! : [];
      for (const [index, share] of [0.75, 0.1, 0.9, 0.3].entries())
        expect(corrected[index]).toBeCloseTo(share, 1);
      await lastTurn().getByText('Noted as a wrong place').waitFor();
    });

    test('takes a box that is moved by keys, or only that it is wrong', async () => {
      const { page } = stage;
      await boxShown('two boxes');
      await pressOnFilm('1');
      await page
        .getByRole('complementary')
        .getByRole('button', { name: 'Wrong place' })
        .press('Enter');
      await page.locator('.redrawing .a9s-annotation').first().waitFor({ state: 'attached' });
      await expect.poll(() => page.evaluate('document.activeElement.className')).toBe('redraw');
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowUp', 'Shift+ArrowDown'])
        await page.keyboard.press(key);
      await page.getByRole('button', { name: 'Send the place' }).press('Enter');
      await expect.poll(() => stage.staged.feedbackGiven.length).toBe(1);
      const { feedback } = stage.staged.feedbackGiven[0]!;
      const corrected = 'corrected' in feedback ? feedback.corrected! : [];
      for (const [index, share] of [0.22, 0.39, 0.72, 0.8].entries())
        expect(corrected[index]).toBeCloseTo(share, 2);
      await page.locator('.thread').focus();
      await page.keyboard.press('2');
      await page.getByRole('complementary').getByRole('button', { name: 'Wrong place' }).click();
      await page.getByRole('button', { name: 'Only say it is wrong' }).click();
      await expect.poll(() => stage.staged.feedbackGiven.length).toBe(2);
      expect(stage.staged.feedbackGiven[1]?.feedback).toEqual({
        kind: 'wrong-place',
        box: 2,
        corrected: undefined,
      });
    });

    test('is shown as the server has it when this browser cannot show it', async () => {
      const { page } = stage;
      const file = { name: 'film.tif', mimeType: 'image/tiff', buffer: Buffer.from('II*') };
      await page.locator('input.file').first().setInputFiles(file);
      await page.getByText('This browser cannot show this kind of file.').waitFor();
      stage.staged.films.set('every thread', { sha256: 'c3d4', png: film });
      await ask('Is the heart large?');
      await finished();
      await filmShown();
      await box().waitFor();
      expect(await page.locator('.unshown').count()).toBe(0);
    });
  },
);
