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

/** A package of two sources, with the compiler of this one. */
const smallPackage = async (): Promise<string> => {
  const root = await emptyFolder();
  await mkdir(join(root, 'src', 'part'), { recursive: true });
  await symlink(resolve('node_modules'), join(root, 'node_modules'));
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json'])
    await writeFile(join(root, file), await readFile(file));
  // the types of Node take the compiler longer than all the rest
  const slim = { extends: './tsconfig.json', compilerOptions: { ...EMITTING, types: [] } };
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
