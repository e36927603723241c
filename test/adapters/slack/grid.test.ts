import { describe, expect, test } from 'vitest';
import { OTHER_TEAM } from '../../support/slack/world.ts';
import { openChannel } from './open-channel.ts';
import { film, SENTENCES } from './stage.ts';

/** One token for a whole organisation, whose workspaces differ between deliveries of one post. */
const openGrid = () => openChannel({ slack: { enterprise: true } });

describe('an app that is installed for a whole organisation', () => {
  test('answers people of each of its workspaces, streams to them, and lets nobody else in', async () => {
    const { stage, slack } = await openGrid();
    stage.paceMs = 20;
    const channel = slack.channel('shared', { shared: true });
    const ask = (by: string): string => {
      const text = `${slack.mention} Where is the heart?`;
      return slack.post({ by, channel, text, films: [film('one')] });
    };
    for (const by of [slack.user('here'), slack.user('there', { team: OTHER_TEAM })]) {
      const thread = ask(by);
      await stage.pictured(channel, thread, 1);
      expect(stage.says(channel, thread)).toEqual([SENTENCES.place]);
    }
    expect(stage.calls('chat.startStream')).toBe(2);
    expect(slack.calls.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    const elsewhere = ask(slack.user('visitor', { team: 'T0AWAY001' }));
    await stage.answered(channel, elsewhere, 1);
    expect(stage.says(channel, elsewhere)[0]).toMatch(/may not ask/);
  });

  test('takes one post for one, whichever workspace its deliveries name', async () => {
    const { stage, slack, channel, ask } = await openGrid();
    const thread = await ask('How is the heart?');
    for (const kind of ['message', 'app_mention'] as const)
      for (const team of [slack.team, OTHER_TEAM, 'E0GRID001'])
        slack.tell(channel, thread, kind, { team });
    await stage.quiet();
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart]);
  });

  test('reads old threads, presses, direct messages and Home, with the one token', async () => {
    const { stage, slack, channel, by, post } = await openGrid();
    const old = post('Anybody?', { films: [film('old')], tell: [] });
    post(`${slack.mention} How is the heart?`, { thread: old });
    const [reply] = await stage.answered(channel, old, 1);
    slack.press(by, channel, reply?.ts ?? '', 'Report');
    await stage.answered(channel, old, 2);
    const direct = slack.direct(by);
    const text = 'How are the lungs?';
    const thread = slack.post({ by, channel: direct, text, films: [film('one')] });
    await stage.answered(direct, thread, 1);
    expect(stage.says(direct, thread)).toEqual([SENTENCES.lungs]);
    slack.openHome(by);
    await slack.until('a home', () => slack.home(by));
    expect(slack.calls.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
  });
});
