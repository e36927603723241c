// @ts-check
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './prepare.mjs';

/** Settings of the `.env` beside package.json; what the environment holds already wins. */
export const loadEnvironmentFile = () => {
  const file = join(ROOT, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
};
