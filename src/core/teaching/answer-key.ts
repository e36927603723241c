import type { CaseKey } from './case-key.ts';
import { UNMEASURED, type CaseGeometry } from './case-geometry.ts';
import type { StoredKey, StoredReading } from './case-record.ts';
import type { Against } from './say-mark.ts';

/** What answers and hints are held against: a person's key where there is one, else the model's reading. */
export type AnswerKey = {
  readonly key: CaseKey;
  readonly against: Against;
  readonly geometry: CaseGeometry;
};

/** undefined: nobody wrote a key, and the model has not read the film, or could not. */
export const answerKeyOf = (
  stored: StoredKey | undefined,
  reading: StoredReading | undefined,
): AnswerKey | undefined => {
  const geometry = reading?.outcome === 'read' ? reading.geometry : UNMEASURED;
  if (stored !== undefined) return { key: stored.key, against: 'key', geometry };
  if (reading?.outcome !== 'read') return undefined;
  return { key: reading.key, against: 'model', geometry };
};
