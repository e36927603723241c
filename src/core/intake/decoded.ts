import type { Pixels } from '../pixels.ts';

/**
 * What a file says of its film beside the pixels. mirrored: right and left are swapped in it. polarity-in-doubt: it says
 * two things about which end is white. colour-reduced: it had colours, and is grey now.
 */
export type Remark = 'mirrored' | 'polarity-in-doubt' | 'colour-reduced';

/** What comes out of the decoding thread; nothing else of the file does. */
export type DecodedApart = {
  readonly pixels: Pixels;
  readonly remarks: readonly Remark[];
};

/** What a file held beside its pixels and does not hold any more. */
export type Removed =
  | 'exif'
  | 'xmp'
  | 'iptc'
  | 'colour-profile'
  | 'comments'
  | 'thumbnail'
  | 'trailing-bytes'
  | 'dicom-elements'
  | 'archive';

/** A file's film, and what was left behind. */
export type DecodedFile = DecodedApart & { readonly removed: readonly Removed[] };
