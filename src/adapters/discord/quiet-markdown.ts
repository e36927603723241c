import { JOINER, quietText } from '../quiet-text.ts';

/** Marks of Discord's Markdown anywhere in a line; `<` begins mentions, times and emoji. */
const MARKS = /[\\`*_~[\]|<>]/g;
/** Marks that count where a line begins: headings, small print, lists, quotes; "(1)" and "1 cm" are none. */
const LINE_MARKS = /^(\s*)(-#|[-+]|#{1,3}(?=\s|\u2060)|\d{1,9}(?=[.)]\s))/gm;

/** Every character shows as itself: no ping, link, preview, emoji or formatting comes of it. */
export const quietMarkdown = (text: string): string =>
  quietText(text)
    .replaceAll(MARKS, String.raw`\$&`)
    .replaceAll(LINE_MARKS, (_whole, space: string, mark: string) =>
      /\d/.test(mark) ? `${space}${mark}${JOINER}` : `${space}\\${mark}`,
    );

/** As Discord's small print; each line of it begins anew. */
export const smallPrint = (text: string): string =>
  quietMarkdown(text)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => `-# ${line}`)
    .join('\n');
