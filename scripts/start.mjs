/** `npm start`: the pre-step, then the server in this very process, so that signals and the exit code are its own. */
import './node-version.mjs';

const start = async ({ prepareOrExit }) => {
  await prepareOrExit();
  const { loadEnvironmentFile } = await import('./environment-file.mjs');
  loadEnvironmentFile();
  const { serve } = await import('../dist/main.js');
  await serve();
};

void import('./follow-npm.mjs').then(({ followNpm }) => followNpm());
void import('./prepare.mjs').then(start);
