import { describe, expect, test } from 'vitest';
import { readText } from '../../../src/adapters/slack/spoken-text.ts';

describe('what a message says', () => {
  test.each([
    ['<@UBOT> is there an effusion?', 'is there an effusion?'],
    ['<@UBOT|wetread>', ''],
    ['heart &gt; 50 % &amp; wide &lt;so&gt;', 'heart > 50 % & wide <so>'],
    [
      'see <https://a.example/x|the protocol> and <https://b.example>',
      'see the protocol and b.example',
    ],
    ['in <#C1|chest>', 'in chest'],
    ['since <!date^1392734382^{date}|yesterday>', 'since yesterday'],
  ])('%j is %j', (text, words) => {
    expect(readText(text, 'UBOT').words).toBe(words);
  });

  test('tells the bot from everybody else', () => {
    expect(readText('<@UBOT> hello', 'UBOT')).toMatchObject({
      mentionsBot: true,
      mentionsOthers: false,
    });
    for (const text of ['<@U2> look', '<!subteam^S1> look', '<!here> look'])
      expect(readText(text, 'UBOT')).toMatchObject({ mentionsBot: false, mentionsOthers: true });
    expect(readText('since <!date^1^x|y>', 'UBOT').mentionsOthers).toBe(false);
  });
});
