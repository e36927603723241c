/** A film waits for the question that is about it; ten minutes are enough to type one. */
const UPLOAD_LIFETIME_MS = 10 * 60_000;
/** Four films of the largest size, or hundreds of usual ones. The oldest goes first. */
const SHELF_LIMIT_BYTES = 400 * 1024 * 1024;

type Upload = {
  readonly thread: string;
  readonly bytes: Uint8Array;
  readonly expiry: NodeJS.Timeout;
};

/**
 * Holds uploaded films, in memory alone, between the upload and the message that names them. A film is handed out
 * once, and only to the thread that it was sent in.
 */
export interface FilmShelf {
  /** Returns the upload's id. */
  put(thread: string, bytes: Uint8Array): string;
  /** undefined: taken already, expired, never there, or another thread's. */
  take(thread: string, upload: string): Uint8Array | undefined;
  /** Drops what a thread left here. */
  forget(thread: string): void;
  clear(): void;
}

export const createFilmShelf = (id: () => string): FilmShelf => {
  const uploads = new Map<string, Upload>();
  let held = 0;

  const drop = (key: string): void => {
    const upload = uploads.get(key);
    if (upload === undefined) return;
    clearTimeout(upload.expiry);
    uploads.delete(key);
    held -= upload.bytes.byteLength;
  };

  return {
    put: (thread, bytes) => {
      const key = id();
      const expiry = setTimeout(() => drop(key), UPLOAD_LIFETIME_MS).unref();
      uploads.set(key, { thread, bytes, expiry });
      held += bytes.byteLength;
      for (const oldest of uploads.keys()) {
        if (held <= SHELF_LIMIT_BYTES || oldest === key) break;
        drop(oldest);
      }
      return key;
    },

    take: (thread, key) => {
      const upload = uploads.get(key);
      if (upload?.thread !== thread) return undefined;
      drop(key);
      return upload.bytes;
    },

    forget: (thread) => {
      for (const [key, upload] of uploads) if (upload.thread === thread) drop(key);
    },

    clear: () => {
      for (const key of uploads.keys()) drop(key);
    },
  };
};
