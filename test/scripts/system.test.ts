import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { nodeProblem } from '../../scripts/node-version.mjs';
import { systemProblem, thisSystem } from '../../scripts/prepare/system.mjs';

test.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('Node %s will do', (version) => {
  expect(nodeProblem(version)).toBeUndefined();
});

test.each(['8.17.0', '18.20.4', '20.18.3'])(
  'Node %s is too old, which one sentence says',
  (version) => {
    expect(nodeProblem(version)).toBe(
      `Wetread needs Node 20.19 or newer; this is Node ${version}. Get one from https://nodejs.org`,
    );
  },
);

test.each(['scripts/node-version.mjs', 'scripts/start.mjs', 'scripts/test.mjs', 'bin/wetread.mjs'])(
  '%s is written so that an old Node parses it',
  async (file) => {
    const source = await readFile(file, 'utf8');
    const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    expect(code).not.toMatch(/\?\.|\?\?|^await |^import .* from|#\w+\s*[=;]|'node:/m);
  },
);

test.each([
  { platform: 'linux', architecture: 'x64', glibc: '2.36' },
  { platform: 'linux', architecture: 'arm64', glibc: '2.28' },
  { platform: 'darwin', architecture: 'arm64', glibc: undefined },
  { platform: 'win32', architecture: 'x64', glibc: undefined },
])('$platform $architecture $glibc will do', (system) => {
  expect(systemProblem(system)).toBeUndefined();
});

test.each([
  [{ platform: 'linux', architecture: 'x64', glibc: undefined }, 'no build for musl (Alpine)'],
  [
    { platform: 'linux', architecture: 'x64', glibc: '2.17' },
    '2.28 or newer; this system has 2.17',
  ],
  [{ platform: 'linux', architecture: 'ia32', glibc: '2.36' }, 'does not run on linux-ia32'],
  [{ platform: 'darwin', architecture: 'x64', glibc: undefined }, 'does not run on darwin-x64'],
  [{ platform: 'freebsd', architecture: 'x64', glibc: undefined }, 'does not run on freebsd-x64'],
])('%o will not: %s', (system, words) => {
  expect(systemProblem(system)).toContain(words);
});

test('the system that runs the tests is known', () => {
  expect(systemProblem(thisSystem())).toBeUndefined();
});
