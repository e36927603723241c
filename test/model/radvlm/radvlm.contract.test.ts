import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { afterAll } from 'vitest';
import { createLogger } from '../../../src/log.ts';
import { openConverted } from '../../../src/model/radvlm/converted-cache.ts';
import { createRadvlm } from '../../../src/model/radvlm/radvlm.ts';
import { describeModel } from '../../contracts/model.contract.ts';

const dataDirectory = await mkdtemp(join(tmpdir(), 'wetread-contract-'));
afterAll(() => rm(dataDirectory, { recursive: true, force: true }));
const converted = await openConverted('checkpoints/demo', dataDirectory, { lanes: 1 });

describeModel('The local runtime', {
  create: () =>
    createRadvlm({ converted, threads: 2, spinning: false, logger: createLogger('silent') }),
});
