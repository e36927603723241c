import { JOINER, quietText } from '../quiet-text.ts';

/** For a field that Slack reads as mrkdwn, where formatting does not matter or is off: fallbacks, notifications. */
export const quietMrkdwn = (text: string): string => escapeEntities(quietText(text));

/** Marks of Markdown anywhere in a line. */
const MARKS = /[\\`*_~[\]|$]/g;
/** Marks that count where a line begins: headings, lists, rules; "(1)" and "1 cm" are none. */
const LINE_MARKS = /^(\s*)([-+=]|#{1,6}(?=\s|\u2060)|\d{1,9}(?=[.)]\s))/gm;

/** For a stream, which Slack reads as Markdown: every character shows as itself. */
export const quietMarkdown = (text: string): string =>
  escapeEntities(
    quietText(text)
      .replaceAll(MARKS, String.raw`\$&`)
      .replaceAll(LINE_MARKS, (_whole, space: string, mark: string) =>
        // An indented line would be code; a numbered one would be a list.
        /\d/.test(mark) ? `${space.slice(0, 3)}${mark}${JOINER}` : `${space.slice(0, 3)}\\${mark}`,
      ),
  );

const escapeEntities = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
