import type { DataSet } from 'dicom-parser';
import { WetreadError } from '../../../errors.ts';
import { codeOf, itemsOf, stringOf } from './header.ts';

/** Radiographs: digital, computed, of unnamed kind; a film scanned or photographed; whatever says nothing. */
const RADIOGRAPHS: ReadonlySet<string> = new Set(['', 'DX', 'CR', 'DR', 'RG', 'OT', 'SC', 'XC']);

/** DICOM PS3.3 C.7.3.1.1.1. A code that is not here is not repeated, as anything may stand in a file. */
const OTHER_KINDS: ReadonlyMap<string, string> = new Map([
  ['CT', 'a CT'],
  ['MR', 'an MRI'],
  ['US', 'an ultrasound'],
  ['IVUS', 'an intravascular ultrasound'],
  ['MG', 'a mammogram'],
  ['NM', 'a nuclear medicine scan'],
  ['PT', 'a PET scan'],
  ['XA', 'an angiogram'],
  ['RF', 'a fluoroscopy'],
  ['PX', 'a panoramic dental film'],
  ['IO', 'a dental film'],
  ['BMD', 'a bone density scan'],
  ['ES', 'an endoscopy'],
  ['GM', 'a microscopy'],
  ['SM', 'a slide of microscopy'],
  ['OP', 'a photograph of an eye'],
  ['OPT', 'a scan of an eye'],
  ['ECG', 'an ECG'],
  ['SR', 'a structured report'],
  ['DOC', 'a document'],
  ['KO', 'a selection of other objects'],
  ['PR', 'a way to show another image'],
  ['SEG', 'a segmentation'],
  ['REG', 'a registration'],
  ['RTIMAGE', 'a radiotherapy image'],
  ['RTDOSE', 'a radiotherapy dose'],
  ['RTPLAN', 'a radiotherapy plan'],
  ['RTSTRUCT', 'a radiotherapy structure set'],
]);

/** Old files of other kinds may not say their modality, but what they are stored as: DICOM PS3.4 B.5. */
const STORED_AS: readonly (readonly [RegExp, modality: string])[] = [
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.2(\.|$)/, 'CT'],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.4(\.|$)/, 'MR'],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(3|6)(\.|$)/, 'US'],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.20$/, 'NM'],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.128$/, 'PT'],
];

/**
 * Lets frontal radiographs pass; whether it is a chest is the gate's to judge, from the pixels. Fails with
 * `dicom-modality` or `film-lateral`.
 */
export const checkKind = (elements: DataSet): void => {
  const modality = codeOf(elements, 'x00080060') || modalityStored(elements);
  if (!RADIOGRAPHS.has(modality))
    throw new WetreadError('dicom-modality', {
      kind: OTHER_KINDS.get(modality) ?? 'another kind of examination',
    });
  if (isLateral(elements)) throw new WetreadError('film-lateral');
};

const modalityStored = (elements: DataSet): string => {
  const storedAs = stringOf(elements, 'x00080016');
  return STORED_AS.find(([pattern]) => pattern.test(storedAs))?.[1] ?? '';
};

/** Decubitus films (LLD, RLD) are frontal ones of somebody who lies on a side. */
const LATERAL_VIEW = /^(LL|RL|LATERAL|LAT|L LAT|R LAT|LLAT|RLAT|LLO|RLO|LM|ML)$/;
const LATERAL_WORDS = /\b(lat|lateral|laterale|seitlich|profil)\b/i;
const FRONTAL_WORDS =
  /\b(pa|ap|p\.a\.|a\.p\.|frontal|decub\w*|postero-?anterior|antero-?posterior)\b/i;

/** By the view's name; else its code's meaning; else which way the rows run; else what the series is called. */
const isLateral = (elements: DataSet): boolean => {
  const view = codeOf(elements, 'x00185101');
  if (view !== '') return LATERAL_VIEW.test(view);
  const [code] = itemsOf(elements, 'x00540220');
  if (code !== undefined) return saysLateral(stringOf(code, 'x00080104'));
  const [row = ''] = codeOf(elements, 'x00200020').split('\\');
  if (row !== '') return /^[AP]/.test(row);
  return ['x0008103e', 'x00181030'].some((tag) => saysLateral(stringOf(elements, tag)));
};

/** "PA and lateral" names a study of both, so it says nothing of this film. */
const saysLateral = (words: string): boolean =>
  LATERAL_WORDS.test(words) && !FRONTAL_WORDS.test(words);

/** Directions of rows and columns on a frontal film whose right and left are swapped, in its four turns. The usual one is LF. */
const MIRRORED: ReadonlySet<string> = new Set(['RF', 'FL', 'LH', 'HR']);

/** Whether the file says that right and left are swapped: patient orientation, DICOM PS3.3 C.7.6.1.1.1. */
export const isMirrored = (elements: DataSet): boolean => {
  const [row = '', column = ''] = codeOf(elements, 'x00200020').split('\\');
  const directions = row.trim().slice(0, 1) + column.trim().slice(0, 1);
  return MIRRORED.has(directions);
};
