import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { createHttpServer } from '../../src/adapters/http.ts';
import { fetchFromPage } from '../../src/adapters/web/web-message.ts';
import { createWebAdapter } from '../../src/adapters/web/web.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { inMemory } from '../../src/main/in-memory.ts';
import { openConversation } from '../../src/main/open-conversation.ts';
import { browserMissing, openBrowser } from '../../test/support/browser.ts';
import { median, type Measurement } from '../measurement.ts';

const ROUNDS = 5;
/** Its wet read by the demo checkpoint has boxes. */
const FILM = 'assets/films/hannover-1663b242-ap.png';

const openSite = async () => {
  const logger = createLogger('silent');
  const opened = await openConversation({
    config: readConfig({}),
    ...inMemory(),
    fetchers: () => ({ web: fetchFromPage }),
    logger,
    onConverting: () => {},
    signal: new AbortController().signal,
  });
  const { conversation, model } = opened;
  const ready = async () => ({});
  const common = { logger, id: randomUUID };
  const server = createHttpServer({ ...common, host: '127.0.0.1', names: [], ready });
  await server.register(createWebAdapter({ ...common, conversation, model, keptMs: 3_600_000 }));
  const { url } = await server.listen(0);
  const close = async (): Promise<void> => {
    await server.close();
    await opened.close(0);
  };
  return { url, close };
};

/** A visitor whose browser has nothing of the page yet. */
const asNewVisitor = async <Result>(
  browser: Browser,
  visit: (page: Page) => Promise<Result>,
): Promise<Result> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const result = await visit(await context.newPage());
  await context.close();
  return result;
};

/** From the beginning of the navigation until a film can be picked, and what that has loaded, as it was sent. */
const timeOpening = async (page: Page, url: string): Promise<{ ms: number; bytes: number }> => {
  await page.goto(url);
  await page.locator('.samples li button').first().waitFor();
  const ms = await page.evaluate('performance.now()');
  const bytes = await page.evaluate(
    `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .filter(({ name }) => !name.includes('/web/samples/'))
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`,
  );
  return { ms: Number(ms), bytes: Number(bytes) };
};

type Reading = {
  readonly firstWordMs: number;
  /** The whole reply, with its boxes on the film. */
  readonly wholeMs: number;
};

/** From the film's choice on; the text gate is on the way, as it is by default. */
const timeReading = async (page: Page, url: string): Promise<Reading> => {
  await page.goto(url);
  await page.locator('.samples li').first().waitFor();
  const start = performance.now();
  await page.locator('input.file').first().setInputFiles(FILM);
  await page.getByRole('button', { name: 'Wet read' }).click();
  await page.locator('.answer', { hasText: /\w/ }).waitFor();
  const firstWordMs = performance.now() - start;
  await page.locator('.after').waitFor();
  await page.locator('.box').first().waitFor();
  return { firstWordMs, wholeMs: performance.now() - start };
};

/** The page in a real browser over the demo checkpoint, on loopback; nothing where there is no browser. */
export const measurePage = async (): Promise<Measurement[]> => {
  if (browserMissing !== undefined) return [];
  const site = await openSite();
  const browser = await openBrowser();
  const openings: { ms: number; bytes: number }[] = [];
  const readings: Reading[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    openings.push(await asNewVisitor(browser, (page) => timeOpening(page, site.url)));
    readings.push(await asNewVisitor(browser, (page) => timeReading(page, site.url)));
  }
  await browser.close();
  await site.close();
  const alone = { against: null, ratio: null };
  return [
    {
      name: 'page: opened and usable',
      value: median(openings.map(({ ms }) => ms)),
      unit: 'ms',
      ...alone,
    },
    {
      name: 'page: loaded for that',
      value: openings[0]?.bytes ?? Number.NaN,
      unit: 'bytes',
      ...alone,
    },
    {
      name: 'page: film in, first word out',
      value: median(readings.map(({ firstWordMs }) => firstWordMs)),
      unit: 'ms',
      ...alone,
    },
    {
      // The text gate has loaded its models for it.
      name: 'page: film in, first word out, the first film of all',
      value: readings[0]?.firstWordMs ?? Number.NaN,
      unit: 'ms',
      ...alone,
    },
    {
      name: 'page: film in, wet read and boxes out',
      value: median(readings.map(({ wholeMs }) => wholeMs)),
      unit: 'ms',
      ...alone,
    },
  ];
};
