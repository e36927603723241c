import { parentPort } from 'node:worker_threads';
import { capWasmMemory } from '../../../../src/core/intake/apart/cap-wasm-memory.ts';

type Memory = { grow(pages: number): number };
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: { Memory: new (limits: { initial: number; maximum: number }) => Memory };
};

capWasmMemory(4 * 65_536);
const memory = new WebAssembly.Memory({ initial: 1, maximum: 100 });
const grow = (pages: number): string => {
  try {
    memory.grow(pages);
    return 'grown';
  } catch (error) {
    return (error as Error).name;
  }
};
parentPort?.postMessage([grow(3), grow(1)]);
