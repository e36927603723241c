import type { Random } from '../test/support/random.ts';

const TELLING = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\0',
  '\n',
  '%',
  '/',
  '\u{1F600}',
  '=',
  '-',
];

/** A text with one to four places cut, doubled or written over. */
export const mutateText = (text: string, random: Random): string => {
  let damaged = text;
  for (let left = 1 + random.below(4); left > 0; left -= 1) {
    const at = random.below(damaged.length + 1);
    const length = random.below(20);
    const telling = TELLING[random.below(TELLING.length)] ?? '';
    switch (random.below(4)) {
      case 0:
        damaged = damaged.slice(0, at) + telling + damaged.slice(at + 1);
        break;
      case 1:
        damaged = damaged.slice(0, at) + damaged.slice(at + length);
        break;
      case 2:
        damaged = damaged.slice(0, at) + damaged.slice(at, at + length) + damaged.slice(at);
        break;
      default:
        damaged = damaged.slice(0, random.next() < 0.2 ? at : undefined);
    }
  }
  return damaged;
};
