import { constants, open, statfs } from 'node:fs/promises';

/** Where a conversion is written to: handed in, so that a test can have a full one. */
export type Disk = {
  /** Bytes that may still be written in this folder. */
  freeBytes(directory: string): Promise<number>;
  /** Makes a new file; it must not be there. */
  create(path: string): Promise<WritableFile>;
};

type WritableFile = {
  /** Writes all of it; what lies between is zero. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Returns when the bytes are on the disk itself, so that a finished folder survives a power cut. */
  finish(): Promise<void>;
  /** Gives the file up; after `finish` there is nothing to do. */
  close(): Promise<void>;
};

export const realDisk: Disk = {
  async freeBytes(directory) {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  },
  async create(path) {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    const file = await open(path, flags, 0o644);
    return {
      async write(bytes, position) {
        let done = 0;
        while (done < bytes.byteLength)
          done += (await file.write(bytes, done, bytes.byteLength - done, position + done))
            .bytesWritten;
      },
      finish: () => file.datasync(),
      close: () => file.close(),
    };
  },
};
