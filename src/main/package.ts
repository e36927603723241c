import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of Wetread, from src and from dist alike; relative settings and the files that ship with it start here. */
export const PACKAGE_FOLDER = fileURLToPath(new URL('../../', import.meta.url));

export const packageVersion = (): string => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};
