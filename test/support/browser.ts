import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's own; .ci/run installs it. */
const CHROMIUM = '/usr/bin/chromium';

/** Why the browser tests do not run here; undefined when they do. */
export const browserMissing: string | undefined = existsSync(CHROMIUM)
  ? undefined
  : `${CHROMIUM} is not installed: apt-get install chromium`;

/** A browser without a window. `--no-sandbox`: in a container chromium cannot build its own. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
