/** The promise, or the signal's reason if that comes first; for work that may not heed the signal itself. */
export const unlessAborted = async <Value>(
  promise: Promise<Value>,
  signal: AbortSignal,
): Promise<Value> => {
  // Nobody waits for it then, and nobody is to miss how it fails.
  promise.catch(() => undefined);
  signal.throwIfAborted();
  let leave = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
};
