import type { Removed } from '../../core/intake/decoded.ts';

const WORDS: Readonly<Record<Removed, string>> = {
  exif: 'EXIF',
  xmp: 'XMP',
  iptc: 'IPTC',
  'colour-profile': 'a colour profile',
  comments: 'comments',
  thumbnail: 'a thumbnail',
  'trailing-bytes': 'bytes after the picture',
  'dicom-elements': 'DICOM elements',
  archive: 'the archive around it',
};

/** "EXIF, comments": what was in a film's file beside its pixels. */
export const sayRemoved = (removed: readonly Removed[]): string =>
  removed.map((kind) => WORDS[kind]).join(', ');
