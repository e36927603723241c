import { constants, open, statfs } from 'node:fs/promises';

/** Where a conversion is written to: handed in, so that a test can have a full one. */
export type Disk = {
  /** Bytes that may still be written in this folder. */
  freeBytes(directory: string): Promise<number>;
  /** Opens a file to write in any place of it; makes it where there is none. */
  open(path: string): Promise<WritableFile>;
};

type WritableFile = {
  /** Writes all of it; what lies between is zero. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Returns when the bytes are on the disk itself, so that they survive a power cut. */
  sync(): Promise<void>;
  /** Gives the file up; after `sync` there is nothing to do. */
  close(): Promise<void>;
};

export const realDisk: Disk = {
  async freeBytes(directory) {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  },
  async open(path) {
    const flags = constants.O_WRONLY | constants.O_CREAT;
    const file = await open(path, flags, 0o644);
    return {
      async write(bytes, position) {
        let done = 0;
        while (done < bytes.byteLength)
          done += (await file.write(bytes, done, bytes.byteLength - done, position + done))
            .bytesWritten;
      },
      sync: () => file.datasync(),
      close: () => file.close(),
    };
  },
};
