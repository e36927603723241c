import { describe, expect, test } from 'vitest';
import { quietText } from '../../../src/adapters/quiet-text.ts';
import { quietMarkdown, quietMrkdwn } from '../../../src/adapters/slack/quiet-mrkdwn.ts';

/** What a reader sees: joiners show as nothing. */
const seen = (text: string): string => text.replaceAll('\u2060', '');

describe('a text that is made quiet', () => {
  test.each([
    'Effusion (1) at the left base, 0.5 cm. No pneumothorax.',
    'a @channel #general :heart: https://evil.example www.evil.example me@evil.example',
    '1. first\n2. second\n- third',
  ])('reads as it was written: %j', (text) => {
    expect(seen(quietText(text))).toBe(text);
  });

  test.each([
    ['@channel', /@channel/],
    ['#general', /#general/],
    [':heart:', /:heart:/],
    ['https://evil.example', /:\/\//],
    ['evil.example', /evil\.example/],
    ['www.evil.example/x', /www\./],
    ['mailto:me', /mailto:/],
  ])('%s is not what Slack looks for', (text, looked) => {
    expect(quietText(text)).not.toMatch(looked);
  });

  test('sentences and numbers are left as they are', () => {
    const text = 'The heart is 0.55 of the chest. There is no effusion (1), none (2).';
    expect(quietText(text)).toBe(text);
    expect(quietMarkdown(text)).toBe(text);
  });

  test('no mark of mrkdwn for people, groups or links is left', () => {
    expect(quietMrkdwn('<!channel> <@U1> <https://a.example|b> &')).not.toMatch(/[<>]|&(?!\w+;)/);
  });

  test('every mark of Markdown shows as itself', () => {
    expect(seen(quietMarkdown('**a** _b_ `c` ~d~ [e](f)'))).toBe(
      String.raw`\*\*a\*\* \_b\_ \`c\` \~d\~ \[e\](f)`,
    );
    expect(quietMarkdown('# heading')).toMatch(/^\\#/);
    expect(quietMarkdown('- item')).toMatch(/^\\-/);
    expect(quietMarkdown('> quoted')).toBe('&gt; quoted');
    expect(quietMarkdown('1. item')).not.toMatch(/^1\. /);
  });
});
