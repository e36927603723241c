/**
 * A conversion in a process of its own, for tests that kill one or run two at once:
 * `conversion-process.ts CHECKPOINT DATA_FOLDER [hang]`. With `hang` it says "writing" after the first bytes of the
 * decoder's weights and goes no further.
 */
import { openConverted } from '../../../src/model/radvlm/converted-cache.ts';
import { realDisk, type Disk } from '../../../src/model/radvlm/disk.ts';

const [checkpoint = '', data = '', hang] = process.argv.slice(2);

const hangingDisk: Disk = {
  ...realDisk,
  async open(path) {
    const file = await realDisk.open(path);
    if (!path.endsWith('decoder.onnx.data')) return file;
    return {
      ...file,
      async write(bytes, position) {
        await file.write(bytes.subarray(0, 1), position);
        process.stdout.write('writing\n');
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      },
    };
  },
};

const disk = hang === undefined ? realDisk : hangingDisk;
const { directory } = await openConverted(checkpoint, data, { lanes: 1, disk });
process.stdout.write(`${directory}\n`);
