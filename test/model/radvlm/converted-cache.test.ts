import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { ConversionStart } from '../../../src/model/radvlm/convert.ts';
import { openConverted } from '../../../src/model/radvlm/converted-cache.ts';
import { realDisk, type Disk } from '../../../src/model/radvlm/disk.ts';
import { inspectConverted } from '../../../src/model/radvlm/manifest.ts';
import { GOLDEN } from './golden.ts';
import { copyCheckpoint, createTemporaryFolder, editJson } from './spoilt-checkpoint.ts';

const folder = await createTemporaryFolder();
const CHECKPOINT = join(GOLDEN, 'checkpoints', 'a-mha-fp32');

const dataFolder = () => mkdtemp(join(folder, 'data-'));
const foldersIn = (data: string) => readdir(join(data, 'graphs'));

/** Counts the files that a conversion writes: none means that a kept one was used. */
const countingDisk = () => {
  const written: string[] = [];
  const disk: Disk = {
    ...realDisk,
    open: (path) => {
      written.push(basename(path));
      return realDisk.open(path);
    },
  };
  return { disk, written };
};

/** A disk that has no room after so many bytes, as the system says it. */
const fullDisk = (limit: number, code = 'ENOSPC'): Disk => {
  let left = limit;
  return {
    freeBytes: async () => Infinity,
    async open(path) {
      const file = await realDisk.open(path);
      return {
        ...file,
        async write(bytes, position) {
          left -= bytes.byteLength;
          if (left < 0) throw Object.assign(new Error('no room'), { code });
          await file.write(bytes, position);
        },
      };
    },
  };
};

const spoilByte = async (path: string): Promise<void> => {
  const bytes = await readFile(path);
  bytes[5000] = (bytes[5000] ?? 0) ^ 1;
  await writeFile(path, bytes);
};

const touch = (checkpoint: string) =>
  utimes(join(checkpoint, 'model.safetensors'), new Date(), new Date(2020, 1, 1));

describe('a converted checkpoint is kept', () => {
  test('and found again without writing anything', async () => {
    const data = await dataFolder();
    const first = await openConverted(CHECKPOINT, data, { lanes: 1 });
    const { disk, written } = countingDisk();
    const again = await openConverted(CHECKPOINT, data, { lanes: 1, disk });
    expect(again).toEqual(first);
    expect(written).toEqual([]);
  });

  test('until the checkpoint changes; then the new one takes its place', async () => {
    const data = await dataFolder();
    const checkpoint = await copyCheckpoint('a-mha-fp32', folder);
    const first = await openConverted(checkpoint, data, { lanes: 1 });
    await touch(checkpoint);
    const second = await openConverted(checkpoint, data, { lanes: 1 });
    expect(second.manifest.version).not.toBe(first.manifest.version);
    await editJson(join(checkpoint, 'generation_config.json'), (config) => {
      config['eos_token_id'] = [509, 507];
    });
    const third = await openConverted(checkpoint, data, { lanes: 1 });
    expect(third.manifest.config.endTokens).toEqual([509, 507]);
    expect((await foldersIn(data)).map((name) => join(data, 'graphs', name))).toEqual([
      third.directory,
    ]);
  });

  test('beside those of other checkpoints and of other numbers of lanes', async () => {
    const data = await dataFolder();
    await openConverted(CHECKPOINT, data, { lanes: 1 });
    await openConverted(CHECKPOINT, data, { lanes: 2 });
    await openConverted(await copyCheckpoint('c-anyres-fp16', folder), data, { lanes: 1 });
    expect(await foldersIn(data)).toHaveLength(3);
  });

  test('with a manifest that names every file and its size', async () => {
    const { directory, manifest } = await openConverted(CHECKPOINT, await dataFolder(), {
      lanes: 1,
    });
    expect(manifest).toMatchObject({ name: 'a-mha-fp32', demo: false, weights: 'fp32', lanes: 1 });
    expect(manifest.parameters).toBeGreaterThan(100_000);
    expect(manifest.checkpointBytes).toBe(1_004_888);
    expect(Object.keys(manifest.files).toSorted()).toEqual(
      (await readdir(directory)).filter((name) => name !== 'wetread.json').toSorted(),
    );
    expect(Object.keys(manifest.files)).toEqual(
      expect.arrayContaining(['vision.onnx', 'decoder.onnx', 'embeddings', 'image-newline']),
    );
  });

  test('and tells how far it is while it is made', async () => {
    const progress: [number, number][] = [];
    await openConverted(CHECKPOINT, await dataFolder(), {
      lanes: 1,
      onProgress: (done, total) => progress.push([done, total]),
    });
    const dones = progress.map(([done]) => done);
    expect(dones).toEqual(dones.toSorted((a, b) => a - b));
    expect(progress.at(-1)?.[0]).toBe(progress.at(-1)?.[1]);
  });
});

describe('a converted folder is a model folder itself', () => {
  test('moved anywhere, and without its checkpoint', async () => {
    const made = await openConverted(CHECKPOINT, await dataFolder(), { lanes: 1 });
    const moved = join(folder, 'moved');
    await rename(made.directory, moved);
    const { directory, manifest } = await openConverted(moved, '/nowhere', { lanes: 1 });
    expect(directory).toBe(moved);
    expect(manifest).toEqual(made.manifest);
    expect(await readdir(moved)).toEqual(
      expect.arrayContaining(['tokenizer.json', 'chat_template.jinja', 'config.json']),
    );
  });

  test.each<[string, string, (at: string) => Promise<void>]>([
    ['with another byte', 'decoder.onnx.data', (at) => spoilByte(join(at, 'decoder.onnx.data'))],
    ['cut short', 'vision.onnx.data', (at) => truncate(join(at, 'vision.onnx.data'), 1000)],
    ['without a file', 'embeddings', (at) => rm(join(at, 'embeddings'))],
    [
      'of another version',
      'wetread.json',
      (at) =>
        editJson(join(at, 'wetread.json'), (manifest) => {
          manifest['converterVersion'] = 0;
        }),
    ],
    [
      'with a manifest that is not one',
      'wetread.json',
      (at) => writeFile(join(at, 'wetread.json'), '{'),
    ],
  ])('but not one %s', async (_, part, spoil) => {
    const { directory } = await openConverted(CHECKPOINT, await dataFolder(), { lanes: 1 });
    const copy = await mkdtemp(join(folder, 'spoilt-'));
    await cp(directory, copy, { recursive: true });
    await spoil(copy);
    await expect(openConverted(copy, '/nowhere', { lanes: 1 })).rejects.toMatchObject({
      code: 'converted-damaged',
      message: expect.stringContaining(part),
    });
  });
});

describe('a kept conversion that is not whole is made again', () => {
  test.each<[string, (at: string) => Promise<void>]>([
    ['its weights are cut short', (at) => truncate(join(at, 'decoder.onnx.data'), 4096)],
    ['a byte of it is another', (at) => spoilByte(join(at, 'decoder.onnx.data'))],
    ['its graph is empty', (at) => truncate(join(at, 'vision.onnx'), 0)],
    ['a file is gone', (at) => rm(join(at, 'tokenizer.json'))],
    ['the manifest is gone', (at) => rm(join(at, 'wetread.json'))],
    ['the manifest is cut short', (at) => truncate(join(at, 'wetread.json'), 100)],
    [
      'all of it is gone',
      async (at) => {
        await rm(at, { recursive: true });
        await mkdir(at);
      },
    ],
  ])('when %s', async (_, spoil) => {
    const data = await dataFolder();
    const { directory, manifest } = await openConverted(CHECKPOINT, data, { lanes: 1 });
    const weights = await readFile(join(directory, 'decoder.onnx.data'));
    await spoil(directory);
    const again = await openConverted(CHECKPOINT, data, { lanes: 1 });
    expect(again).toEqual({ directory, manifest });
    expect(weights.equals(await readFile(join(directory, 'decoder.onnx.data')))).toBe(true);
    expect(await inspectConverted(directory)).toMatchObject({ state: 'whole' });
    expect(await foldersIn(data)).toHaveLength(1);
  });
});

const CONVERSION_PROCESS = fileURLToPath(new URL('./conversion-process.ts', import.meta.url));

const startConversion = (...argv: string[]) =>
  spawn(process.execPath, ['--import', 'tsx', CONVERSION_PROCESS, ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });

describe('other processes', () => {
  test('a conversion killed in the middle leaves nothing that is believed, and nothing for long', async () => {
    const data = await dataFolder();
    const child = startConversion(CHECKPOINT, data, 'hang');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await foldersIn(data)).toEqual([expect.stringMatching(/^\.converting-/)]);

    const { directory } = await openConverted(CHECKPOINT, data, { lanes: 1 });
    expect(await inspectConverted(directory)).toMatchObject({ state: 'whole' });
    expect((await foldersIn(data)).map((name) => join(data, 'graphs', name))).toEqual([directory]);
  });

  test('a conversion that was killed is gone on with where it was, and comes out the same', async () => {
    const data = await dataFolder();
    const child = startConversion(CHECKPOINT, data, 'hang');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');

    const { disk, written } = countingDisk();
    const starts: ConversionStart[] = [];
    const onStart = (start: ConversionStart) => void starts.push(start);
    const { manifest } = await openConverted(CHECKPOINT, data, { lanes: 1, disk, onStart });
    expect(starts).toMatchObject([{ weights: 'fp32', totalBytes: expect.any(Number) }]);
    expect(starts[0]?.keptBytes).toBeGreaterThan(100_000);
    expect(written).not.toContain('vision.onnx.data');
    expect(written).toContain('decoder.onnx.data');
    expect(manifest).toEqual(
      (await openConverted(CHECKPOINT, await dataFolder(), { lanes: 1 })).manifest,
    );
  });

  test('also by a process that began after the last byte was written', async () => {
    const data = await dataFolder();
    const killed = startConversion(CHECKPOINT, data, 'hang');
    await once(killed.stdout, 'data');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const [left = ''] = await foldersIn(data);
    for (const name of ['.', ...(await readdir(join(data, 'graphs', left)))])
      await utimes(join(data, 'graphs', left, name), new Date(), new Date(Date.now() - 60_000));

    const child = startConversion(CHECKPOINT, data);
    const [bytes] = (await once(child.stdout, 'data')) as [Buffer];
    expect(await inspectConverted(bytes.toString().trim())).toMatchObject({ state: 'whole' });
    await once(child, 'exit');
    expect(await foldersIn(data)).toHaveLength(1);
  });

  test('one of other weights does not go on with it', async () => {
    const data = await dataFolder();
    const child = startConversion(CHECKPOINT, data, 'hang');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { disk, written } = countingDisk();
    await openConverted(CHECKPOINT, data, { lanes: 1, weights: 'int8', disk });
    expect(written).toContain('vision.onnx.data');
    expect(await foldersIn(data)).toHaveLength(1);
  });

  test('a conversion that another process is at is left alone', async () => {
    const data = await dataFolder();
    const child = startConversion(CHECKPOINT, data, 'hang');
    await once(child.stdout, 'data');
    await openConverted(CHECKPOINT, data, { lanes: 1 });
    expect(await foldersIn(data)).toHaveLength(2);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  test('two at once both get the same whole folder', async () => {
    const data = await dataFolder();
    const children = [1, 2].map(() => startConversion(CHECKPOINT, data));
    const outputs = await Promise.all(
      children.map(async (child) => {
        const [bytes] = (await once(child.stdout, 'data')) as [Buffer];
        await once(child, 'exit');
        return bytes.toString().trim();
      }),
    );
    expect(children.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(outputs[0]).toBe(outputs[1]);
    expect(await inspectConverted(outputs[0] ?? '')).toMatchObject({ state: 'whole' });
    expect(await foldersIn(data)).toHaveLength(1);
  });

  test('four at once in one process do too', async () => {
    const data = await dataFolder();
    const four = [1, 2, 3, 4].map(() => openConverted(CHECKPOINT, data, { lanes: 1 }));
    const directories = (await Promise.all(four)).map(({ directory }) => directory);
    expect(new Set(directories).size).toBe(1);
    expect(await inspectConverted(directories[0] ?? '')).toMatchObject({ state: 'whole' });
    expect(await foldersIn(data)).toHaveLength(1);
  });

  test('what a process of this number left before this one began is removed, and what an idle one left', async () => {
    const data = await dataFolder();
    await openConverted(CHECKPOINT, data, { lanes: 1 });
    const left = `.converting-00000000-${process.pid}-00000000`;
    await mkdir(join(data, 'graphs', left));
    await utimes(join(data, 'graphs', left), new Date(), new Date(Date.now() - 3 * 3_600_000));
    await openConverted(CHECKPOINT, data, { lanes: 2 });
    expect(await foldersIn(data)).not.toContain(left);
  });
});

describe('a full disk', () => {
  const kept = async () => {
    const data = await dataFolder();
    const checkpoint = await copyCheckpoint('a-mha-fp32', folder);
    const { directory } = await openConverted(checkpoint, data, { lanes: 1 });
    await touch(checkpoint);
    return { data, checkpoint, directory };
  };

  const expectOnlyTheOldOne = async (data: string, directory: string) => {
    expect((await foldersIn(data)).map((name) => join(data, 'graphs', name))).toEqual([directory]);
    expect(await inspectConverted(directory)).toMatchObject({ state: 'whole' });
  };

  test('is seen before anything is written, and says how much is needed', async () => {
    const { data, checkpoint, directory } = await kept();
    const { disk, written } = countingDisk();
    const small = { ...disk, freeBytes: async () => 1_000_000 };
    await expect(openConverted(checkpoint, data, { lanes: 1, disk: small })).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/needs \d+ MiB/),
    });
    expect(written).toEqual([]);
    await expectOnlyTheOldOne(data, directory);
  });

  test.each([
    [0, 'ENOSPC'],
    [300_000, 'ENOSPC'],
    [1_000_000, 'EDQUOT'],
  ])('after %i bytes (%s) leaves the old conversion good and no other', async (bytes, code) => {
    const { data, checkpoint, directory } = await kept();
    const disk = fullDisk(bytes, code);
    await expect(openConverted(checkpoint, data, { lanes: 1, disk })).rejects.toMatchObject({
      code: 'disk-full',
    });
    await expectOnlyTheOldOne(data, directory);
    const after = await openConverted(checkpoint, data, { lanes: 1 });
    await expectOnlyTheOldOne(data, after.directory);
  });

  test('a data folder that cannot be written says so', async () => {
    const file = join(await dataFolder(), 'file');
    await writeFile(file, '');
    await expect(openConverted(CHECKPOINT, file, { lanes: 1 })).rejects.toMatchObject({
      code: 'data-unwritable',
    });
  });
});

test('a conversion that is stopped ends with the reason and leaves nothing', async () => {
  const data = await dataFolder();
  const stop = new AbortController();
  const reason = new Error('stopped');
  const onProgress = (done: number) => done > 100_000 && stop.abort(reason);
  await expect(
    openConverted(CHECKPOINT, data, { lanes: 1, signal: stop.signal, onProgress }),
  ).rejects.toBe(reason);
  expect(await foldersIn(data)).toEqual([]);
});
