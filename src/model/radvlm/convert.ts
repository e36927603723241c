import { rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { WetreadError } from '../../errors.ts';
import { readCopiedFiles } from './checkpoint-key.ts';
import { openCheckpoint } from './checkpoint.ts';
import { hashFile } from './checksums.ts';
import { ConversionJournal, JOURNAL_FILE } from './conversion-journal.ts';
import { realDisk, type Disk } from './disk.ts';
import { MANIFEST_FILE, type Manifest } from './manifest.ts';
import {
  planConversion,
  type ConversionOptions,
  type ConversionPlan,
  type OpenedCheckpoint,
} from './plan-conversion.ts';
import { publishFolder } from './publish-folder.ts';
import { QUANTIZATION_FILE, quantizationReport } from './quantization-report.ts';
import { adoptStaleFolder, makeTemporaryFolder, removeStaleFolders } from './temporary-folder.ts';
import { bytesDone, bytesInAll, writePlannedFile } from './write-conversion.ts';

/** Left free on the disk: a full one hurts everything else that runs there. */
const SPARE_BYTES = 64 * 2 ** 20;

/** What a conversion is going to do, told before the first byte is written. */
export type ConversionStart = {
  readonly weights: Manifest['weights'];
  readonly block: Manifest['block'];
  /** Of the whole result. */
  readonly totalBytes: number;
  /** Of them, what an earlier conversion that was killed has left on the disk. */
  readonly keptBytes: number;
  /** On the disk. */
  readonly freeBytes: number;
};

export type ConvertOptions = ConversionOptions & {
  readonly onStart?: (start: ConversionStart) => void;
  /** Bytes written so far, and in all. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
  readonly disk?: Disk;
};

/**
 * Writes a Hugging Face LLaVA-OneVision checkpoint as a folder that the runtime loads: `vision.onnx` and
 * `decoder.onnx` with their weights, `embeddings`, `image-newline`, the tokenizer and configuration files, what the
 * rounding of the weights cost, and the manifest. Everything is written to a hidden folder beside `outDirectory` and
 * renamed when it is whole, so `outDirectory` is there entirely or not at all; it must not exist, or be an equal
 * conversion. One that was killed is gone on with. Memory: a few pieces of 16 MiB. Fails with `checkpoint-*`,
 * `disk-full`, `data-unwritable`, or the signal's reason.
 */
export const convertCheckpoint = async (
  checkpointDirectory: string,
  outDirectory: string,
  options: ConvertOptions,
): Promise<Manifest> => {
  const checkpoint = await openCheckpoint(checkpointDirectory);
  try {
    const copied = await readCopiedFiles(checkpointDirectory);
    const name = basename(resolve(checkpointDirectory));
    return await convertOpened({ checkpoint, copied, name }, outDirectory, options);
  } finally {
    await checkpoint.close();
  }
};

/** As `convertCheckpoint`, of a checkpoint that is open already; may `replace` a folder that is not whole. */
export const convertOpened = async (
  opened: OpenedCheckpoint,
  outDirectory: string,
  options: ConvertOptions & { readonly replace?: boolean },
): Promise<Manifest> => {
  const { signal, replace = false } = options;
  const plan = planConversion(opened, options);
  const parent = dirname(resolve(outDirectory));
  let temporary: string | undefined;
  try {
    signal?.throwIfAborted();
    const begun = await beginFolder(parent, plan.key);
    temporary = begun.folder;
    await writeFiles(plan, begun, options);
    const manifest = await finishFolder(plan, begun, signal);
    await publishFolder(temporary, outDirectory, plan.key, replace);
    return manifest;
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
    throw writingError(error, plan);
  }
};

type Begun = { readonly folder: string; readonly journal: ConversionJournal };

/** The folder of an equal conversion that was killed, or a new one; those of others that died are removed. */
const beginFolder = async (parent: string, key: string): Promise<Begun> => {
  let journal: ConversionJournal | undefined;
  const kept = await adoptStaleFolder(parent, async (path) => {
    journal = await ConversionJournal.resume(path, key);
    return journal !== undefined;
  });
  await removeStaleFolders(parent);
  if (kept !== undefined && journal !== undefined)
    return { folder: kept, journal: journal.movedTo(kept) };
  const folder = await makeTemporaryFolder(parent);
  return { folder, journal: await ConversionJournal.begin(folder, key) };
};

const writeFiles = async (
  plan: ConversionPlan,
  { folder, journal }: Begun,
  { disk = realDisk, signal, onProgress, onStart }: ConvertOptions,
): Promise<void> => {
  const { totalBytes, files, manifest } = plan;
  const { weights, block } = manifest;
  const keptBytes = bytesDone(plan, journal);
  const freeBytes = await disk.freeBytes(folder);
  onStart?.({ weights, block, totalBytes, keptBytes, freeBytes });
  if (freeBytes < totalBytes - keptBytes + SPARE_BYTES) throw diskFull(plan);
  let done = keptBytes;
  const onBytes = (bytes: number): void => {
    signal?.throwIfAborted();
    done += bytes;
    onProgress?.(done, bytesInAll(plan));
  };
  for (const file of files) await writePlannedFile(folder, file, { disk, journal, onBytes });
};

/** The report, the checksums of what is on the disk, and the manifest, which comes last. */
const finishFolder = async (
  plan: ConversionPlan,
  { folder, journal }: Begun,
  signal: AbortSignal | undefined,
): Promise<Manifest> => {
  const names = plan.files.map((file) => file.name);
  if (journal.errors.length > 0) {
    const report = quantizationReport(journal.errors);
    await writeFile(join(folder, QUANTIZATION_FILE), `${JSON.stringify(report, null, 2)}\n`);
    names.push(QUANTIZATION_FILE);
  }
  const files: Record<string, number> = {};
  const checksums: Record<string, string> = {};
  for (const name of names) {
    const { bytes, sha256 } = await hashFile(join(folder, name), signal);
    const planned = plan.files.find((file) => file.name === name)?.bytes ?? bytes;
    if (bytes !== planned) throw new Error('a planned file has another size than was planned');
    files[name] = bytes;
    checksums[name] = sha256;
  }
  const manifest: Manifest = { ...plan.manifest, files, checksums };
  await rm(join(folder, JOURNAL_FILE));
  await writeFile(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`, {
    flush: true,
  });
  return manifest;
};

const diskFull = ({ totalBytes }: ConversionPlan, cause?: unknown): WetreadError =>
  new WetreadError('disk-full', { bytes: totalBytes + SPARE_BYTES }, { cause });

const FULL_CODES = new Set(['ENOSPC', 'EDQUOT']);
const REFUSED_CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR']);

const writingError = (error: unknown, plan: ConversionPlan): unknown => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (FULL_CODES.has(code)) return diskFull(plan, error);
  if (REFUSED_CODES.has(code)) return new WetreadError('data-unwritable', {}, { cause: error });
  return error;
};
