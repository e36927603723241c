/**
 * Makes words of a model (or of anybody) inert on chat platforms. Covered: mentions, channel names, links and their
 * previews, mail addresses, emoji names. Not covered: formatting, and what the words say.
 */

/** Shows as nothing and joins what stands on both sides; it parts what Slack would read as one. */
export const JOINER = '\u2060';

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
