import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** What each part of src may import from the rest of src, besides itself. The first row that matches a file decides. */
const RULES: readonly (readonly [part: RegExp, mayImport: RegExp])[] = [
  [/^main(\.ts$|\/)/, /./],
  [/^config(\.ts$|\/)/, /^(errors|config\/\w+)\.ts$/],
  [/^(errors|log|no-telemetry|start-worker|model\/model)\.ts$/, /^$/],
  [/^model\/\w+\//, /^(errors|log|no-telemetry|start-worker|model\/model)\.ts$/],
  [/^model\/queue\.ts$/, /^(errors|log|model\/model)\.ts$/],
  [/^core\//, /^(errors|log|no-telemetry|start-worker|model\/model)\.ts$/],
  [/^state\//, /^(errors|log|core\/(records|claims|blobs))\.ts$/],
  [/^adapters\/[^/]+\.ts$/, /^(errors|log)\.ts$|^core\/|^adapters\/[^/]+\.ts$/],
  [/^adapters\/\w+\//, /^(errors|log)\.ts$|^core\/|^adapters\/[^/]+\.ts$/],
];

const files = (await readdir('src', { recursive: true })).filter((file) => file.endsWith('.ts'));

const importsOf = async (file: string): Promise<string[]> => {
  const source = await readFile(join('src', file), 'utf8');
  return [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) =>
    relative('src', join('src', dirname(file), match[1] ?? '')),
  );
};

test('there are files to hold to the rule', () => {
  expect(files.length).toBeGreaterThan(7);
});

test.each(files)('%s imports only what its part may', async (file) => {
  const rule = RULES.find(([part]) => part.test(file));
  expect(rule, 'every file belongs to a part').toBeDefined();
  const [part, mayImport] = rule ?? [/^$/, /^$/];
  const own = part.exec(file)?.[0] ?? file;
  const outside = (await importsOf(file)).filter(
    (to) => !to.startsWith(own) && !mayImport.test(to),
  );
  expect(outside).toEqual([]);
});
