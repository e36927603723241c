import { expect, test } from 'vitest';
import { createMemoryStores } from '../../src/state/memory-stores.ts';
import { describeBlobs } from '../contracts/blobs.contract.ts';
import { describeClaims } from '../contracts/claims.contract.ts';
import { describeRecords } from '../contracts/records.contract.ts';
import type { OpenedStores } from '../support/opened-stores.ts';

const open = async (): Promise<OpenedStores> => {
  let time = Date.now();
  return {
    stores: createMemoryStores({ now: () => time }),
    passTime: async (ms) => void (time += ms),
  };
};

describeRecords('memory', open);
describeClaims('memory', open);
describeBlobs('memory', open);

test('memory lets go of what is past its time when it is swept', async () => {
  const { stores, passTime } = await open();
  await stores.blobs.put('films', 'a', new Uint8Array(4), 100);
  await stores.records.set('turns', 'a', 1, 100);
  await stores.claims.claim('a', 'me', 100);
  await passTime(200);
  await stores.sweep();
  await passTime(-200);
  expect(await stores.blobs.get('films', 'a')).toBeUndefined();
  expect(await stores.records.get('turns', 'a')).toBeUndefined();
  expect(await stores.claims.holder('a')).toBeUndefined();
});
