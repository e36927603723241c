import { expect, test } from 'vitest';
import { WetreadError } from '../../src/errors.ts';
import { openWhenReachable } from '../../src/main/open-when-reachable.ts';

/** Fails with each of these in turn, then opens. */
const opening = (...failures: WetreadError[]) => {
  const left = [...failures];
  return async (): Promise<string> => {
    const failure = left.shift();
    if (failure !== undefined) throw failure;
    return 'open';
  };
};

const trying = (signal = new AbortController().signal) => {
  const told: [string, number][] = [];
  const onFailure = ({ code }: WetreadError, delayMs: number) => void told.push([code, delayMs]);
  return { told, options: { onFailure, signal, firstDelayMs: 1 } };
};

test('what may be mended by waiting is tried again, ever more slowly', async () => {
  const { told, options } = trying();
  const down = new WetreadError('endpoint-unreachable');
  const busy = new WetreadError('endpoint-busy');
  expect(await openWhenReachable(opening(down, busy, down), options)).toBe('open');
  expect(told).toEqual([
    ['endpoint-unreachable', 1],
    ['endpoint-busy', 2],
    ['endpoint-unreachable', 4],
  ]);
});

test.each([
  new WetreadError('endpoint-key'),
  new WetreadError('endpoint-model'),
  new WetreadError('font-missing'),
])('what waiting does not mend is told at once: $code', async (failure) => {
  const { told, options } = trying();
  await expect(openWhenReachable(opening(failure), options)).rejects.toBe(failure);
  expect(told).toEqual([]);
});

test('a signal ends the waiting with its reason', async () => {
  const stopping = new AbortController();
  const { options } = trying(stopping.signal);
  const down = new WetreadError('endpoint-unreachable');
  const waiting = openWhenReachable(opening(down), { ...options, firstDelayMs: 60_000 });
  setTimeout(() => stopping.abort(new WetreadError('stopped')), 5);
  await expect(waiting).rejects.toMatchObject({ code: 'stopped' });
});
