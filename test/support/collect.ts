/** Everything an iteration gives, in order; fails as it fails. */
export const collect = async <Value>(iterable: AsyncIterable<Value>): Promise<Value[]> => {
  const values: Value[] = [];
  for await (const value of iterable) values.push(value);
  return values;
};
