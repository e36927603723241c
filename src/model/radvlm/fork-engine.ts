import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import '../../no-telemetry.ts';

/**
 * glibc's switch for pages of 2 MiB under large allocations, where the system gives them on request (Linux's usual
 * setting): a word reads every weight once, and with pages of 4 KiB two cores read a third less a second. It is read
 * when a process starts, which is one reason why the model has a process.
 */
const LARGE_PAGES = 'glibc.malloc.hugetlb=1';

/** Starts the process that `serve-engine.ts` is. What it prints goes to the error output. */
export const forkEngine = (): ChildProcess => {
  // From src the child needs the loader of TypeScript; this process's own options are not for it.
  const fromSource = import.meta.url.endsWith('.ts');
  const file = new URL(fromSource ? './serve-engine.ts' : './serve-engine.js', import.meta.url);
  return fork(fileURLToPath(file), {
    execArgv: fromSource ? ['--import', import.meta.resolve('tsx')] : [],
    env: engineEnvironment(),
    stdio: ['ignore', 2, 2, 'ipc'],
    // images are bytes
    serialization: 'advanced',
  });
};

/** What an engine's process is to be started with. */
export const engineEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  GLIBC_TUNABLES: withLargePages(process.env['GLIBC_TUNABLES']),
});

/** A choice of the operator's own stays. */
const withLargePages = (tunables = ''): string => {
  if (tunables === '') return LARGE_PAGES;
  return tunables.includes('glibc.malloc.hugetlb') ? tunables : `${tunables}:${LARGE_PAGES}`;
};
