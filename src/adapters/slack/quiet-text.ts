/**
 * Makes words of a model (or of anybody) inert in Slack. Covered: mentions, channel names, links and their previews,
 * mail addresses, emoji names, Markdown and mrkdwn marks, dates. Not covered: what the words say.
 */

/** Shows as nothing and joins what stands on both sides; it parts what Slack would read as one. */
const JOINER = '\u2060';

/**
 * No ping, link or emoji comes of it wherever it is shown, formatting aside. Readers see the same characters; a copied
 * address holds a joiner.
 */
export const quietText = (text: string): string =>
  text
    .replaceAll(/[@＠#＃](?=\S)/g, `$&${JOINER}`)
    .replaceAll(/:\/\//g, `:${JOINER}//`)
    .replaceAll(/\b(mailto|tel|slack|www)([:.])/gi, `$1${JOINER}$2`)
    // "example.com": letters on both sides of a dot. Numbers ("0.5") and ends of sentences stay.
    .replaceAll(/(?<=[\p{L}\p{N}-])\.(?=\p{L}{2,})/gu, `${JOINER}.`)
    .replaceAll(/:(?=[a-z0-9_'+-]+:)/gi, `:${JOINER}`);

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
