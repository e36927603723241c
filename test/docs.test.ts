import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...(await readdir('docs')).filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`),
];
const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
  scripts: Record<string, string>;
};

test.each(pages)('%s names only commands and files that are there', async (page) => {
  const text = await readFile(page, 'utf8');
  const commands = [...text.matchAll(/npm run (?:-s )?([a-z-]+)/g)].map(([, name = '']) => name);
  expect(commands.filter((name) => !(name in scripts))).toEqual([]);

  const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, to = '']) => to);
  const missing: string[] = [];
  for (const link of links) {
    const there = await readdir(dirname(join(dirname(page), link)))
      .then((files) => files.includes(link.replace(/\/$/, '').split('/').at(-1) ?? ''))
      .catch(() => false);
    if (!there) missing.push(link);
  }
  expect(missing).toEqual([]);
});
