import { describe, expect, test } from 'vitest';
import { quietMarkdown, smallPrint } from '../../../src/adapters/discord/quiet-markdown.ts';

/** What a reader sees: joiners show as nothing, a mark that is escaped as itself. */
const seen = (text: string): string =>
  text.replaceAll('\u2060', '').replaceAll(/\\([^A-Za-z0-9\s])/g, '$1');

describe('a text that is made quiet', () => {
  test.each([
    'Effusion (1) at the left base, 0.5 cm. No pneumothorax.',
    '**bold** _italic_ ~~struck~~ `code` ||spoiler|| [link](https://evil.example)',
    '# heading\n-# small\n- list\n+ list\n1. first\n> quote',
    'a @everyone <@123> <#456> <:heart:789> :heart: discord.gg/abc https://evil.example',
    'back\\slash',
  ])('reads as it was written: %j', (text) => {
    expect(seen(quietMarkdown(text))).toBe(text);
  });

  test.each([
    ['@everyone', /@everyone/],
    ['<@123>', /<@123>/],
    ['<#123>', /<#123/],
    ['https://evil.example', /:\/\/|evil\.example/],
    ['discord.gg/abc', /discord\.gg/],
    [':heart:', /:heart:/],
    ['**bold**', /(?<!\\)\*/],
    ['```code```', /(?<!\\)`/],
    ['||spoiler||', /(?<!\\)\|/],
    ['# head', /^#/],
    ['-# small', /^-#/],
    ['- list', /^-/],
    ['> quote', /^>/],
    ['1. list', /^1\./],
  ])('is inert: %j', (text, live) => {
    expect(quietMarkdown(text)).not.toMatch(live);
  });
});

test('small print begins on each line anew, and holds no empty one', () => {
  expect(smallPrint('One.\n\nTwo *three*.')).toBe('-# One.\n-# Two \\*three\\*.');
});
