#!/usr/bin/env node
/** The command `wetread`: the pre-step (silent when there is nothing to do), then the command line. */
import '../scripts/node-version.mjs';

/** Ends the process once what it wrote is out: a pipe takes it later than process.exit would. */
const exitWith = (code) => {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
};

void import('../scripts/prepare.mjs')
  .then(({ prepareOrExit }) => prepareOrExit())
  .then(() => import('../scripts/environment-file.mjs'))
  .then(({ loadEnvironmentFile }) => loadEnvironmentFile())
  .then(() => import('../dist/main.js'))
  .then(({ commandLine }) => commandLine(process.argv.slice(2)))
  .then(exitWith);
