/** How the demo checkpoint's evaluation asks and how its phantoms' truth is worded; beside training/demo/dialog.py. */

export type PhantomFinding = {
  readonly kind: string;
  readonly side: string;
  readonly zone: string;
  readonly severity: string;
  readonly boxes: readonly (readonly [number, number, number, number])[];
};

/** dialog.NOUN, in its order. */
export const NOUNS: ReadonlyMap<string, string> = new Map([
  ['cardiomegaly', 'cardiomegaly'],
  ['pleural effusion', 'pleural effusion'],
  ['consolidation', 'consolidation'],
  ['nodule', 'nodule'],
  ['mass', 'mass'],
  ['pneumothorax', 'pneumothorax'],
  ['atelectasis', 'atelectasis'],
  ['edema', 'pulmonary edema'],
  ['pacemaker', 'pacemaker'],
  ['endotracheal tube', 'endotracheal tube'],
  ['central venous catheter', 'central venous catheter'],
  ['chest tube', 'chest tube'],
]);

/** dialog.COUNTABLE: the kinds that take an article. */
const COUNTABLE = new Set([
  'nodule',
  'mass',
  'pneumothorax',
  'pleural effusion',
  'pacemaker',
  'endotracheal tube',
  'central venous catheter',
  'chest tube',
]);

export const nounOf = (kind: string): string => NOUNS.get(kind) ?? kind;

const withArticle = (words: string): string =>
  /^[aeiou]/.test(words) ? `an ${words}` : `a ${words}`;

/** evaluate.there */
export const presenceQuestion = (kind: string): string =>
  `Is there ${COUNTABLE.has(kind) ? withArticle(nounOf(kind)) : nounOf(kind)}?`;

export const whereQuestion = (name: string): string =>
  `Where is the ${name} located in this Chest X-ray?`;

/** dialog.place */
const placeOf = ({ kind, side, zone }: PhantomFinding): string => {
  if (side === 'bilateral') return 'both lungs';
  if (zone && kind !== 'pleural effusion' && kind !== 'pneumothorax')
    return `${side} ${zone} lung zone`;
  return `${side} lung`;
};

/** dialog.phrase */
const phraseOf = (finding: PhantomFinding): string => {
  const { kind, side } = finding;
  const severity = finding.severity ? `${finding.severity} ` : '';
  switch (kind) {
    case 'cardiomegaly':
      return `${severity}cardiomegaly`;
    case 'pleural effusion':
    case 'pneumothorax':
      return `${severity}${side} ${kind}`;
    case 'edema':
      return `${severity}pulmonary edema`;
    case 'nodule':
    case 'mass':
      return `${severity}${kind} in the ${placeOf(finding)}`;
    case 'consolidation':
    case 'atelectasis':
      return `${kind} in the ${placeOf(finding)}`;
    case 'endotracheal tube':
      return kind;
    default:
      return `${side} ${kind}`;
  }
};

/** dialog.listing over dialog.with_article */
const listOf = (findings: readonly PhantomFinding[]): string => {
  const items = findings.map((finding) =>
    COUNTABLE.has(finding.kind) ? withArticle(phraseOf(finding)) : phraseOf(finding),
  );
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
};

/** What the evaluation puts into the history before it asks "Where is it?". */
export const affirmation = (findings: readonly PhantomFinding[]): string =>
  `Yes, there is ${listOf(findings)}.`;
