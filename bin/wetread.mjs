#!/usr/bin/env node
/** The command `wetread`: the pre-step (silent when there is nothing to do), then the command line. */
import '../scripts/node-version.mjs';

const run = async ({ prepareOrExit }) => {
  await prepareOrExit();
  const { loadEnvironmentFile } = await import('../scripts/environment-file.mjs');
  loadEnvironmentFile();
  const { commandLine } = await import('../dist/main.js');
  exitWith(await commandLine(process.argv.slice(2)));
};

/** Ends the process once what it wrote is out: a pipe takes it later than process.exit would wait. */
const exitWith = (code) => {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
};

void import('../scripts/prepare.mjs').then(run);
