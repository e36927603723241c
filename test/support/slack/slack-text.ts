/** A text as Slack got it, and how Slack reads it. */
export type SlackText = {
  readonly language: 'plain_text' | 'mrkdwn' | 'markdown';
  readonly text: string;
};

/** Shows as nothing (word joiner, zero-width space and its like). */
const INVISIBLE = /[\u2060\u200b-\u200d\ufeff]/g;

/** What a reader sees of it: entities decoded, escapes gone, and nothing that is invisible. */
export const rendered = ({ language, text }: SlackText): string => {
  const seen =
    language === 'markdown' ? text.replaceAll(/\\([\\`*_{}[\]()#+\-.!~|$>=])/g, '$1') : text;
  return (language === 'plain_text' ? seen : decode(seen)).replaceAll(INVISIBLE, '');
};

const decode = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** What pings, or becomes a link, by itself in every language. */
const LOUD: readonly RegExp[] = [
  /(?<![\w.])@(?:channel|here|everyone)\b/g,
  /\bhttps?:\/\/[^\s\u2060]+/g,
  /\bmailto:[^\s\u2060]+/g,
  /(?<![\w@.])[a-z0-9-]+\.(?:com|org|net|io|dev)\b/gi,
];
/** Control sequences and marks that only count where text is read as markup. */
const MARKUP: readonly RegExp[] = [
  /<(?:[@#!]|https?:|mailto:)[^>]*>/g,
  /(?<![\\\w*])\*{1,2}[^*\s][^*\n]*(?<!\\)\*/g,
  /(?<![\\\w])_[^_\s][^_\n]*(?<!\\)_/g,
  /(?<!\\)`[^`\n]+`/g,
  /(?<!\\)~[^~\n]+~/g,
  /(?<!\\)\[[^\]\n]+\]\([^)\n]+\)/g,
  /^\s*#{1,6}\s\S/gm,
];

/** Pieces of the text that would ping somebody, become a link or be formatted. */
export const loudMarks = ({ language, text }: SlackText): string[] =>
  [...LOUD, ...(language === 'plain_text' ? [] : MARKUP)].flatMap((pattern) => [
    ...(text.match(pattern) ?? []),
  ]);
