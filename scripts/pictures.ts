/** Makes the README's pictures with the program itself: `npm run pictures` (needs chromium and a build). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { openBrowser } from '../test/support/browser.ts';

const PICTURES = 'docs/pictures';
const FILM = 'assets/films/hannover-3b46de94-pa.png';

const save = async (name: string, png: Uint8Array): Promise<void> => {
  const webp = await sharp(png).webp({ quality: 88 }).toBuffer();
  await writeFile(join(PICTURES, `${name}.webp`), webp);
};

const run = async (...args: string[]): Promise<string> => {
  const child = spawn(process.execPath, ['bin/wetread.mjs', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  return output;
};

const pictureOf = async (name: string, ...question: string[]): Promise<void> => {
  const out = join(PICTURES, `${name}.png`);
  process.stdout.write(await run('read', FILM, ...question, '--out', out));
  await save(name, await readFile(out));
  await rm(out);
};

/** Waits until so many turns are answered, and the film shows what the last one means. */
const answered = async (page: Page, turns: number): Promise<void> => {
  await page
    .locator('.after')
    .nth(turns - 1)
    .waitFor({ timeout: 60_000 });
  await page.locator('.box').first().waitFor();
  // The film that is swapped for the server's, and letters that come late.
  await page.waitForTimeout(1000);
};

const asVisitor = async (
  address: string,
  options: BrowserContextOptions,
  take: (page: Page) => Promise<void>,
): Promise<void> => {
  const browser = await openBrowser();
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(address);
  await page.locator('.samples li').first().waitFor();
  await take(page);
  await browser.close();
};

const readSample = async (page: Page): Promise<void> => {
  await page.locator('.samples li button').nth(4).click();
  await page.getByRole('button', { name: 'Wet read' }).click();
  await answered(page, 1);
};

const screenshots = async (address: string): Promise<void> => {
  const desktop = { viewport: { width: 1280, height: 820 } };
  await asVisitor(address, desktop, async (page) => {
    await readSample(page);
    await page.locator('#words').fill('Where is the right lung?');
    await page.keyboard.press('Enter');
    await answered(page, 2);
    await page.locator('.answer .number').last().click();
    await page.waitForTimeout(500);
    await save('page', await page.screenshot());
  });
  const phone = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };
  await asVisitor(address, { ...phone, deviceScaleFactor: 2 }, async (page) => {
    await readSample(page);
    await save('page-phone', await page.screenshot());
  });
  await asVisitor(address, desktop, async (page) => {
    await page.getByRole('button', { name: 'Show it light' }).click();
    await readSample(page);
    await save('page-light', await page.screenshot());
  });
};

await mkdir(PICTURES, { recursive: true });
await pictureOf('wet-read');
await pictureOf('lungs', '--locate', 'right lung');

const data = await mkdtemp(join(tmpdir(), 'wetread-pictures-'));
const server = spawn(process.execPath, ['dist/main.js'], {
  env: { ...process.env, PORT: '0', LOG_LEVEL: 'error', DATA_DIR: data },
  stdio: ['ignore', 'pipe', 'inherit'],
});
for await (const line of createInterface(server.stdout)) {
  const address = /^ready (\S+)/.exec(line)?.[1];
  if (address === undefined) continue;
  await screenshots(address);
  break;
}
server.kill('SIGTERM');
await once(server, 'close');
await rm(data, { recursive: true });
