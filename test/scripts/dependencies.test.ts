import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  dependenciesAreCurrent,
  isInstalledAsLocked,
} from '../../scripts/prepare/dependencies.mjs';
import { emptyFolder } from './folder.ts';

const LINUX = { platform: 'linux', arch: 'x64' };
const lock = (packages: Record<string, object>) => ({ packages });

describe('what npm installed, against the lock', () => {
  const wanted = lock({
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/gpu-linux': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'] },
    'node_modules/gpu-mac': { version: '1.0.0', optional: true, os: ['darwin'], cpu: ['arm64'] },
    'node_modules/gpu-musl': {
      version: '1.0.0',
      optional: true,
      os: ['linux'],
      cpu: ['x64'],
      libc: ['musl'],
    },
  });
  const a = { 'node_modules/a': { version: '1.0.0' } };
  const gpu = { 'node_modules/gpu-linux': { version: '1.0.0' } };

  test.each([
    ['all that this system needs', lock({ ...a, ...gpu }), true],
    ['more than was asked for', lock({ ...a, ...gpu, 'node_modules/b': {} }), true],
    ['another version', lock({ ...gpu, 'node_modules/a': { version: '1.0.1' } }), false],
    ['one missing', lock(gpu), false],
    ["this system's optional one missing", lock(a), false],
    ['nothing', {}, false],
  ])('%s', (_what, installed, current) => {
    expect(isInstalledAsLocked(wanted, installed, LINUX)).toBe(current);
  });
});

describe('whether to install', () => {
  const folderWithLock = async () => {
    const root = await emptyFolder();
    const packages = { 'node_modules/a': { version: '1.0.0' } };
    await writeFile(join(root, 'package-lock.json'), JSON.stringify({ packages }));
    return { root, packages };
  };

  test('a fresh clone has to', async () => {
    const { root } = await folderWithLock();
    expect(dependenciesAreCurrent(root)).toBe(false);
  });

  test('an install that was broken off has to begin again', async () => {
    const { root } = await folderWithLock();
    await mkdir(join(root, 'node_modules', 'a'), { recursive: true });
    expect(dependenciesAreCurrent(root)).toBe(false);
  });

  test('what somebody installed by hand counts, and is remembered until the lock changes', async () => {
    const { root, packages } = await folderWithLock();
    await mkdir(join(root, 'node_modules'));
    const record = join(root, 'node_modules', '.package-lock.json');
    await writeFile(record, JSON.stringify({ packages }));
    expect(dependenciesAreCurrent(root)).toBe(true);
    await rm(record);
    expect(dependenciesAreCurrent(root)).toBe(true);
    const other = { packages: { 'node_modules/a': { version: '2.0.0' } } };
    await writeFile(join(root, 'package-lock.json'), JSON.stringify(other));
    expect(dependenciesAreCurrent(root)).toBe(false);
  });
});
