// @ts-check
/** How soon after npm was ended its script notices. */
const LOOK_MS = 250;

/**
 * Ends this process when npm, which started it, is ended: npm passes a signal to the shell between the two, and the
 * shell dies of it without passing it on. A lost parent stands for the SIGTERM that did not arrive.
 */
export const followNpm = () => {
  if (process.env['npm_lifecycle_event'] === undefined || process.platform === 'win32') return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_MS);
  watch.unref();
};
