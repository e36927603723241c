/** Everything an iteration gives, in order; fails as it fails. */
export const collect = async <Value>(iterable: AsyncIterable<Value>): Promise<Value[]> => {
  const values: Value[] = [];
  for await (const value of iterable) values.push(value);
  return values;
};

/** What a promise fails with; watched from now on, so that it may fail before the test looks. */
export const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
