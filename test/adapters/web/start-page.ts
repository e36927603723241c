import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions, Browser, Page } from 'playwright-core';
import { afterAll } from 'vitest';
import { buildIsCurrent } from '../../../scripts/prepare/build.mjs';
import { buildPage } from '../../../scripts/prepare/page.mjs';
import { createHttpServer } from '../../../src/adapters/http.ts';
import { createWebAdapter } from '../../../src/adapters/web/web.ts';
import type { Conversation } from '../../../src/core/conversation.ts';
import { createLogger } from '../../../src/log.ts';

/** The page as its sources are now: as `npm run build` has made it, or made for these tests alone. */
const buildForTests = async (): Promise<string> => {
  const root = process.cwd();
  if (buildIsCurrent(root)) return join(root, 'dist', 'page');
  const folder = await mkdtemp(join(tmpdir(), 'wetread-page-'));
  afterAll(() => rm(folder, { recursive: true }));
  await buildPage(root, folder);
  return folder;
};
const page = await buildForTests();

export const PAGE_OPTIONS = { id: randomUUID, keptMs: 60 * 60_000, page };

/** The page over a conversation, on a free port or the one given. */
export const startPage = async (conversation: Conversation, port = 0) => {
  const logger = createLogger('silent');
  const id = randomUUID;
  const server = createHttpServer({
    logger,
    host: '127.0.0.1',
    names: [],
    ready: async () => ({}),
    id,
  });
  const model = { name: 'wetread-demo', demo: true };
  await server.register(createWebAdapter({ conversation, model, logger, ...PAGE_OPTIONS }));
  const listening = await server.listen(port);
  return { ...listening, close: () => server.close() };
};

/** Opens the page as a new visitor. Whatever the browser complains about is in `complaints`. */
export const visit = async (browser: Browser, url: string, options: BrowserContextOptions = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.goto(url);
  await page.locator('.samples li').first().waitFor();
  return { page, complaints, leave: () => context.close() };
};

/** Lets go of a file over the page, or pastes it, as a browser would: `how` is the event. */
export const handOver = async (page: Page, how: 'drop' | 'paste', film: Buffer): Promise<void> => {
  // A string, because this code is the browser's: its types are not those of this project.
  await page.evaluate(`(() => {
    const bytes = Uint8Array.from(atob('${film.toString('base64')}'), (c) => c.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], 'film.png', { type: 'image/png' }));
    const drag = (type) => document.body.dispatchEvent(
      new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    if ('${how}' === 'drop') ['dragenter', 'dragover', 'drop'].forEach(drag);
    else document.body.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }));
  })()`);
};
