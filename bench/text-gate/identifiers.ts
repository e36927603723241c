import type { Random } from '../../test/support/random.ts';

/** Made up; whoever bears such a name is not meant. */
const FAMILY_NAMES = [
  'SMITH',
  'Okonkwo',
  'GONZALEZ',
  'Zebrowska',
  'MUELLER',
  'Fitzgerald',
  'NAKAMURA',
  'Lindqvist',
  'PATEL',
  'Haverkamp',
] as const;
const GIVEN_NAMES = [
  'Anna',
  'JOHN',
  'Priya',
  'MARTIN',
  'Keiko',
  'Tobias',
  'FATIMA',
  'Elena',
  'PAUL',
  'Ngozi',
] as const;
const MONTHS = ['Jan', 'Mar', 'Jun', 'Aug', 'Oct', 'Dec'] as const;

const pick = <Item>(items: readonly Item[], random: Random): Item =>
  items[random.below(items.length)]!;
const digits = (count: number, random: Random): string =>
  Array.from({ length: count }, () => random.below(10)).join('');
const two = (limit: number, random: Random): string =>
  String(1 + random.below(limit)).padStart(2, '0');

const KINDS: readonly ((random: Random) => string)[] = [
  (random) => `${pick(FAMILY_NAMES, random)}, ${pick(GIVEN_NAMES, random)}`,
  (random) => `${pick(FAMILY_NAMES, random)}^${pick(GIVEN_NAMES, random)}`,
  (random) => `${pick(GIVEN_NAMES, random)} ${pick(FAMILY_NAMES, random)}`,
  (random) => `MRN ${digits(8, random)}`,
  (random) => `ID: ${digits(7, random)}`,
  (random) => `Acc ${digits(10, random)}`,
  (random) => `${two(28, random)}.${two(12, random)}.19${digits(2, random)}`,
  (random) => `19${digits(2, random)}-${two(12, random)}-${two(28, random)}`,
  (random) => `DOB ${two(28, random)} ${pick(MONTHS, random)} 19${digits(2, random)}`,
];

/** What might name a patient: a name, a number, a date. */
export const makeIdentifier = (index: number, random: Random): string =>
  KINDS[index % KINDS.length]!(random);
