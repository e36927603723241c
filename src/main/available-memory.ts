import { freemem } from 'node:os';

/**
 * Bytes that this process may still take: what the machine has to spare (on Linux with what its cache of files would
 * give back), within the limit of its container.
 */
export const availableMemory = (): number =>
  // Node 20.13 and later; before it, the container's limit is not seen.
  process.availableMemory?.() ?? freemem();
