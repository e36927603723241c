import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { build, buildIsCurrent } from '../../scripts/prepare/build.mjs';
import { PrepareFailure } from '../../scripts/prepare/failure.mjs';
import { emptyFolder } from './folder.ts';

const said: string[] = [];
const say = (line: string): void => void said.push(line);

const EMITTING = { noEmit: false, rootDir: 'src', outDir: 'dist', sourceMap: true };

/** The least that a page can be. */
const PAGE_FILES: Readonly<Record<string, string>> = {
  'index.html': '<!doctype html>',
  'icon.svg': '<svg />',
  'main.tsx': "import { greet } from './greet.ts';\ngreet();\n",
  'greet.ts': "export const greet = (): void => void document.write('hello');\n",
  'styles/page.css': 'body { margin: 0; }\n',
};

/** A package of two sources and a page, with the compiler and the bundler of this one. */
const smallPackage = async (): Promise<string> => {
  const root = await emptyFolder();
  await mkdir(join(root, 'src', 'part'), { recursive: true });
  await symlink(resolve('node_modules'), join(root, 'node_modules'));
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json'])
    await writeFile(join(root, file), await readFile(file));
  // the types of Node take the compiler longer than all the rest
  const page = join(root, 'src', 'adapters', 'web', 'page');
  await mkdir(join(page, 'styles'), { recursive: true });
  for (const [file, text] of Object.entries(PAGE_FILES)) await writeFile(join(page, file), text);
  const compilerOptions = { ...EMITTING, types: [] };
  const slim = { extends: './tsconfig.json', compilerOptions, include: ['src/*.ts', 'src/part'] };
  await writeFile(join(root, 'tsconfig.build.json'), JSON.stringify(slim));
  await writeFile(join(root, 'src', 'main.ts'), "export { one } from './part/one.ts';\n");
  await writeFile(join(root, 'src', 'part', 'one.ts'), 'export const one: number = 1;\n');
  return root;
};

beforeEach(() => void said.splice(0));

describe('the build', () => {
  test('is made once, and again when a source, its time or a configuration changes', async () => {
    const root = await smallPackage();
    expect(buildIsCurrent(root)).toBe(false);
    await build(root, say);
    expect(said.join(' ')).toMatch(/^Building\. Built in [\d.]+ s\.$/);
    expect(buildIsCurrent(root)).toBe(true);
    expect(await readFile(join(root, 'dist', 'main.js'), 'utf8')).toContain("'./part/one.js'");

    const past = new Date('2020-01-01');
    await utimes(join(root, 'src', 'main.ts'), past, past);
    expect(buildIsCurrent(root)).toBe(false);
    await build(root, say);
    await utimes(join(root, 'tsconfig.json'), past, past);
    expect(buildIsCurrent(root)).toBe(false);
  });

  test('makes the page, and again when a part of it changes', async () => {
    const root = await smallPackage();
    await build(root, say);
    expect(await readFile(join(root, 'dist', 'page', 'page.js'), 'utf8')).toContain('hello');
    for (const file of ['index.html', 'page.css', 'page.js.br', 'page.css.gz'])
      expect([file, existsSync(join(root, 'dist', 'page', file))]).toEqual([file, true]);
    const greet = join(root, 'src', 'adapters', 'web', 'page', 'greet.ts');
    await writeFile(
      greet,
      "export const greet = (): void => void document.write('good evening');\n",
    );
    expect(buildIsCurrent(root)).toBe(false);
    await build(root, say);
    expect(await readFile(join(root, 'dist', 'page', 'page.js'), 'utf8')).toContain('good evening');
    await writeFile(greet, 'export const nobody = 1;\n');
    await expect(build(root, say)).rejects.toThrow('Building the page failed');
    expect(buildIsCurrent(root)).toBe(false);
  });

  test('leaves nothing of a source that is gone', async () => {
    const root = await smallPackage();
    await build(root, say);
    await rename(join(root, 'src', 'part', 'one.ts'), join(root, 'src', 'part', 'two.ts'));
    await writeFile(join(root, 'src', 'main.ts'), "export { one } from './part/two.ts';\n");
    expect(buildIsCurrent(root)).toBe(false);
    await build(root, say);
    expect(existsSync(join(root, 'dist', 'part', 'two.js'))).toBe(true);
    expect(existsSync(join(root, 'dist', 'part', 'one.js'))).toBe(false);
    expect(existsSync(join(root, 'dist', 'part', 'one.js.map'))).toBe(false);
  });

  test('that fails is a sentence, and is tried again', async () => {
    const root = await smallPackage();
    await build(root, say);
    await rm(join(root, 'src', 'part', 'one.ts'));
    await expect(build(root, say)).rejects.toThrow(PrepareFailure);
    expect(buildIsCurrent(root)).toBe(false);
  });
});
