import { expect, test } from 'vitest';
import { limitAtOnce } from '../../../src/core/intake/limit-at-once.ts';

/** A job that says when it begins and ends when it is told to. */
const createJobs = () => {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const job = (number: number) => () => {
    begun.push(number);
    return new Promise<number>((resolve) => (ends[number] = () => resolve(number)));
  };
  return { begun, job, end: (number: number) => ends[number]!() };
};

test('no more than so many run at once, and they begin in order', async () => {
  const { begun, job, end } = createJobs();
  const limit = limitAtOnce(2);
  const results = [0, 1, 2, 3].map((number) => limit(job(number)));
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  end(1);
  expect(await results[1]).toBe(1);
  expect(begun).toEqual([0, 1, 2]);
  end(0);
  await results[0];
  end(2);
  end(3);
  expect(await Promise.all(results)).toEqual([0, 1, 2, 3]);
});

test('a job that fails makes room', async () => {
  const limit = limitAtOnce(1);
  const failed = limit(() => Promise.reject(new Error('no')));
  const next = limit(() => Promise.resolve('yes'));
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('yes');
  expect(await limit(() => Promise.resolve('again'))).toBe('again');
});
