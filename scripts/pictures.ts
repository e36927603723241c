/** Makes the README's pictures with the program itself: `npm run pictures` (needs chromium and a build). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Page } from 'playwright-core';
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

const answered = async (page: Page): Promise<void> => {
  await page.locator('#send').waitFor();
  await page.waitForFunction(`!document.querySelector('.stop:not([hidden])')`);
};

const screenshots = async (address: string): Promise<void> => {
  const browser = await openBrowser();
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  await page.goto(address);
  await page.locator('#samples li button').nth(4).click();
  await page.locator('[data-task="wet-read"]').click();
  await page.getByText('A box is where the model looks').waitFor({ timeout: 60_000 });
  await page.locator('#words').fill('Where is the right lung?');
  await page.locator('#send').click();
  await page.getByText('is located at').waitFor({ timeout: 60_000 });
  await answered(page);
  await page.waitForTimeout(1000);
  await save('page', await page.screenshot());
  await browser.close();
};

await mkdir(PICTURES, { recursive: true });
await pictureOf('wet-read');
await pictureOf('lungs', '--locate', 'right lung');

const server = spawn(process.execPath, ['dist/main.js'], {
  env: { ...process.env, PORT: '0', LOG_LEVEL: 'error' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
for await (const line of createInterface(server.stdout)) {
  const address = /^ready (\S+)/.exec(line)?.[1];
  if (address === undefined) continue;
  await screenshots(address);
  break;
}
server.kill('SIGTERM');
