/** `npm start`: the pre-step, then the server in this very process, so that signals and the exit code are its own. */
import './node-version.mjs';

void import('./prepare.mjs')
  .then(({ prepareOrExit }) => prepareOrExit())
  .then(() => import('./environment-file.mjs'))
  .then(({ loadEnvironmentFile }) => loadEnvironmentFile())
  .then(() => import('../dist/main.js'))
  .then(({ serve }) => serve());
