import type { Mention } from '../profile/lexicon.ts';

/** Words before a finding that belong to it: how much, which side, which part. */
const QUALIFIERS =
  /(?:(?:tiny|trace|small|minimal|mild|moderate|large|severe|massive|extensive|subtle|focal|patchy|diffuse|linear|layering|loculated|apical|basal|basilar|bibasilar|retrocardiac|perihilar|infrahilar|suprahilar|peripheral|central|hazy|dense|vague|bilateral|right|left|right-sided|left-sided|upper|mid|middle|lower|lung|lobe|zone|sided|calcified|round|nodular)[\s-]+)+$/i;

/** Where a finding is, behind it: "in the right lower lung zone", "at the left base", "on the right". */
const PLACE_BEHIND =
  /^\s+(?:is\s+(?:seen|noted|present)\s+)?((?:in|at|of|over|on|within|involving|along)\s+(?:the\s+)?(?:(?:right|left|both|bilateral|upper|mid|middle|lower|lung|apical|basal|perihilar|lateral|medial)[\s-]+)*(?:zones?|lobes?|lungs?|bas(?:e|es)|apex|apices|hilum|hila|hilar region|(?:costophrenic\s+)?angles?|side|hemithorax|right|left))\b/i;

/**
 * The finding with the words of its sentence that say where it is: what its place is asked with. The profile's own
 * word for the finding, since that is what the model was taught.
 */
export const findingPhrase = (sentence: string, mention: Mention): string => {
  const before = QUALIFIERS.exec(sentence.slice(0, mention.start))?.[0] ?? '';
  const behind = PLACE_BEHIND.exec(sentence.slice(mention.end))?.[1] ?? '';
  return [before.toLowerCase().trim(), mention.term.name, behind.toLowerCase()]
    .filter((words) => words !== '')
    .join(' ');
};
