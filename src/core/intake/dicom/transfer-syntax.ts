import { WetreadError } from '../../../errors.ts';

/** How pixels are packed. `native` ones are plain, least byte first; `native-big` most byte first. */
export type Packing =
  | 'native'
  | 'native-big'
  | 'rle'
  | 'jpeg'
  | 'jpeg-ls'
  | 'jpeg-2000'
  | 'ht-jpeg-2000'
  | 'jpeg-xl';

const ROOT = '1.2.840.10008.1.2';
export const IMPLICIT_LITTLE = ROOT;
export const EXPLICIT_LITTLE = `${ROOT}.1`;
export const EXPLICIT_BIG = `${ROOT}.2`;

/** DICOM PS3.6 table A-1, and the retired processes of JPEG that old archives still hold. */
const PACKINGS: ReadonlyMap<string, Packing> = new Map<string, Packing>([
  [IMPLICIT_LITTLE, 'native'],
  [EXPLICIT_LITTLE, 'native'],
  [`${ROOT}.1.99`, 'native'],
  [EXPLICIT_BIG, 'native-big'],
  [`${ROOT}.5`, 'rle'],
  ...['50', '51', '53', '55', '57', '70'].map((end): [string, Packing] => [
    `${ROOT}.4.${end}`,
    'jpeg',
  ]),
  ...['80', '81'].map((end): [string, Packing] => [`${ROOT}.4.${end}`, 'jpeg-ls']),
  ...['90', '91'].map((end): [string, Packing] => [`${ROOT}.4.${end}`, 'jpeg-2000']),
  ...['201', '202', '203'].map((end): [string, Packing] => [`${ROOT}.4.${end}`, 'ht-jpeg-2000']),
  ...['110', '111', '112'].map((end): [string, Packing] => [`${ROOT}.4.${end}`, 'jpeg-xl']),
]);

/** MPEG-2, MPEG-4 and HEVC. */
const VIDEO = /^1\.2\.840\.10008\.1\.2\.4\.10[0-8](\.1)?$/;

/** Fails with `dicom-format` for what is not read. */
export const packingOf = (transferSyntax: string): Packing => {
  const packing = PACKINGS.get(transferSyntax);
  if (packing !== undefined) return packing;
  const format = VIDEO.test(transferSyntax) ? 'video' : 'a compression that Wetread does not know';
  throw new WetreadError('dicom-format', { format });
};
