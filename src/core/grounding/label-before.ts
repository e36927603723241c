/**
 * The noun phrase that a list of coordinates belongs to: "The findings include a small right pleural effusion at"
 * gives "small right pleural effusion". A few rules over the words before the list, for the forms that RadVLM and
 * the demo write; where they find no name, the caller names the box by what was asked.
 */

/** Words between a name and its coordinates: "is located at the coordinates", "can be seen in this image at". */
const POINTING = new Set(
  (
    'a an the this that these those its exact precise approximate following at in on by with within inside to of as and is are was were be been can could also ' +
    'located seen visible found present marked highlighted identified observed noted detected positioned situated indicated outlined shown ' +
    'located localized localised depicted given here follows follow area areas region regions position positions location locations spot ' +
    'coordinate coordinates bounding box boxes image picture film x-ray xray radiograph scan'
  ).split(' '),
);
/** Names that name nothing. */
const EMPTY_NAMES = new Set(
  'it they them this that there one ones finding findings abnormality abnormalities lesions object objects phrase sentence description answer'.split(
    ' ',
  ),
);
/** What stands before the name. Each is removed as often as it fits. */
const LEAD_INS: readonly RegExp[] = [
  /^[^\p{L}\p{N}]+/u,
  /^(?:and|but|or|also|additionally|furthermore|moreover|finally|while|with|plus|yes|no|sure|certainly|of course)\b,?\s+/i,
  /^.*\b(?:includes?|including|shows?|showing|demonstrates?|reveals?|there (?:is|are)|(?:i|you|we) (?:can )?(?:also )?(?:see|find|observe|note|identify|locate))\b:?\s*/i,
  /^(?:the )?(?:(?:exact|precise|approximate) )?(?:location|position|coordinates|bounding box(?:es)?|region|area)s? (?:of|for|containing|corresponding to|showing)\s+/i,
  /^(?:in|on|at|within|over) [^,]+,\s+/i,
  /^(?:is|are|was|were|which|where)\b\s+/i,
  /^(?:an?|the|some|another|this|these)\b\s+/i,
];
/** "nodule is seen in the left lung" names "nodule in the left lung". */
const SEEN_IN =
  /\s+(?:is|are|was|can be|could be)\s+(?:seen|visible|noted|located|present|identified|observed|found|situated)(?=\s+(?:in|at|on|over|within|along|near)\b)/i;
/** A wrong side is worse than none: the picture's own right is the patient's left. */
const SIDE_OF_PICTURE =
  /\s*\b(?:on|at|in|to) the (?:right|left)(?:[ -]hand)?(?: side| half)? of (?:the|this) (?:image|picture|film|x-ray|radiograph|screen)\b/gi;
/** A phrase; longer is a sentence that the rules did not understand. */
const LONGEST_LABEL = 80;

/** null: the words name nothing. */
export const labelBefore = (words: string): string | null => {
  const clause = withoutPointing(words.replaceAll(SIDE_OF_PICTURE, '')).split(/[:;]/).at(-1) ?? '';
  const name = withoutPointing(withoutLeadIns(clause).replace(SEEN_IN, ''));
  if (name === '' || EMPTY_NAMES.has(name.toLowerCase()) || name.length > LONGEST_LABEL)
    return null;
  return lowerFirst(name);
};

/** Drops pointing words and punctuation from the end. */
const withoutPointing = (words: string): string => {
  let rest = words;
  for (;;) {
    rest = rest.replace(/[^\p{L}\p{N})]+$/u, '');
    const last = /(?:^|\s)([\w-]+)$/.exec(rest);
    if (last === null || !POINTING.has(last[1]?.toLowerCase() ?? '')) return rest;
    rest = rest.slice(0, last.index);
  }
};

const withoutLeadIns = (words: string): string => {
  let rest = words.trim();
  for (;;) {
    const shorter = LEAD_INS.reduce((text, leadIn) => text.replace(leadIn, ''), rest);
    if (shorter === rest) return rest;
    rest = shorter;
  }
};

/** "The heart", "Cardiomegaly" within a sentence; "ILD" stays. */
const lowerFirst = (name: string): string =>
  /^\p{Lu}\p{Ll}/u.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
