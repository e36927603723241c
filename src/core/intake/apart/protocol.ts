import type { ErrorCode, WetreadError } from '../../../errors.ts';
import type { DecodedApart } from '../decoded.ts';

/** What is decoded in a thread of its own: formats whose decoders are not to be trusted with hostile bytes. */
export type ApartFormat = 'dicom' | 'heic' | 'zip';

export type ApartJob = { readonly format: ApartFormat; readonly bytes: Uint8Array };

/** Sent in this order: begun, then one of the others. */
export type FromApart =
  | { readonly type: 'begun' }
  | { readonly type: 'decoded'; readonly decoded: DecodedApart }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly facts: WetreadError['facts'] };
