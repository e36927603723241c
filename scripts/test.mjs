/** `npm test`: the pre-step, then every test; arguments go to vitest (`npm test -- test/core`). */
import './node-version.mjs';

const runTests = async ({ prepareOrExit, ROOT }) => {
  await prepareOrExit();
  const { runChild } = await import('./prepare/run-child.mjs');
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)];
  const { code } = await runChild(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  process.exitCode = code;
};

void import('./follow-npm.mjs').then(({ followNpm }) => followNpm());
void import('./prepare.mjs').then(runTests);
