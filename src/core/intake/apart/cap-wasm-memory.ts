/** A HEIC photo of 49 megapixels passes, and 38 of JPEG 2000; the largest detectors have 15. */
const MOST_BYTES = 2 ** 30;
const PAGE_BYTES = 65_536;

type WasmMemory = { readonly buffer: ArrayBuffer; grow(pages: number): number };

/** The types of Node do not name it. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: { readonly Memory: { readonly prototype: WasmMemory } };
};

/**
 * Keeps every WebAssembly module of this thread below a limit, which a thread's own limits do not. What compiles to it
 * grows its memory from JavaScript, and takes a refusal as "out of memory".
 */
export const capWasmMemory = (mostBytes = MOST_BYTES): void => {
  const { prototype } = WebAssembly.Memory;
  const grow = Reflect.get(prototype, 'grow') as (this: WasmMemory, pages: number) => number;
  prototype.grow = function (this: WasmMemory, pages: number): number {
    if (this.buffer.byteLength + pages * PAGE_BYTES > mostBytes)
      throw new RangeError('more memory than a film takes');
    return grow.call(this, pages);
  };
};
