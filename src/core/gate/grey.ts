/** 8-bit grey pixels, rows top to bottom, no padding. */
export type Grey = { readonly data: Uint8Array; readonly width: number; readonly height: number };
