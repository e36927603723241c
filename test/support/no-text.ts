import { NOTHING_MASKED } from '../../src/core/intake/privacy-gate.ts';
import type { TakenBefore } from '../../src/core/intake/intake.ts';
import type { TextGate } from '../../src/core/text-gate/text-gate.ts';

/** Finds no text, and loads no models to do so. */
export const NO_TEXT: TextGate = { find: async () => [], close: async () => undefined };

/** Of a film without text and without remarks, that is asked about for other reasons. */
export const NOTHING_BEFORE: TakenBefore = { masking: NOTHING_MASKED, notices: [] };
