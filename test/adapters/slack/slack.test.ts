import { describe, expect, test } from 'vitest';
import { READ_SHORTCUT } from '../../../src/adapters/slack/actions.ts';
import { openChannel } from './open-channel.ts';
import { film, SENTENCES, type Stage } from './stage.ts';

const lastReply = ({ slack }: Stage, channel: string, thread: string) => {
  const reply = slack.replies(channel, thread).findLast(({ pictures }) => pictures.length === 0);
  if (reply === undefined) throw new Error('there is no reply');
  return reply;
};

describe('ways in', () => {
  test('a film without words gets the wet read', async () => {
    const { stage, slack, channel, post } = await openChannel();
    const thread = post(slack.mention, { films: [film('one')] });
    await stage.answered(channel, thread, 1);
    expect(stage.questions[0]).toMatch(/report/i);
  });

  test('a direct message needs no mention, and gets a title without its words', async () => {
    const { stage, slack, by } = await openChannel();
    const channel = slack.direct(by);
    const thread = slack.post({ by, channel, text: 'How is the heart?', films: [film('one')] });
    await stage.answered(channel, thread, 1);
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart]);
    expect(slack.context.workspace.titles.get(`${channel}:${thread}`)).toMatch(
      /^Chest film \d\d:\d\d$/,
    );
  });

  test('a mention alone in an old thread stands for what was written with its film', async () => {
    const { stage, slack, channel, post } = await openChannel();
    const thread = post('How are the lungs?', { films: [film('old')], tell: [] });
    post('no idea', { thread, tell: [] });
    post(slack.mention, { thread });
    await stage.answered(channel, thread, 1);
    expect(stage.says(channel, thread)).toEqual([SENTENCES.lungs]);
    expect(stage.films).toEqual(['old']);
  });

  test('a reply that is sent to the channel, too, is a message', async () => {
    const { stage, channel, post, ask } = await openChannel();
    const thread = await ask('How is the heart?');
    post('How are the lungs?', { thread, broadcast: true });
    await stage.answered(channel, thread, 2);
    expect(stage.says(channel, thread)[1]).toBe(SENTENCES.lungs);
  });

  test('"Read this film" reads the film of a message that was among people', async () => {
    const { stage, slack, channel, by, post } = await openChannel();
    const ts = post('look at this', { films: [film('one')] });
    slack.shortcut(by, channel, ts, READ_SHORTCUT);
    await stage.answered(channel, ts, 1);
    expect(stage.questions[0]).toMatch(/report/i);
  });

  test('a message without a film is told that it has none, to whoever asked alone', async () => {
    const { slack, channel, by, post } = await openChannel();
    const ts = post('no film here');
    slack.shortcut(by, channel, ts, READ_SHORTCUT);
    const told = await slack.until('a word', () =>
      slack.shown(channel).find(({ onlyFor }) => onlyFor === by),
    );
    expect(told.text).toMatch(/no film/);
  });

  test('/wetread says what it can do, and whether it is there', async () => {
    const { slack, channel, by } = await openChannel();
    for (const [text, answer] of [
      ['', /Send a frontal chest film/],
      ['status', /answers with/],
    ] as const) {
      const delivery = slack.command(by, channel, text);
      await slack.until('an answer', () => delivery.state === 'acknowledged');
      expect(JSON.stringify(delivery.answer)).toMatch(answer);
    }
  });

  test('the Home tab says what it is and what it is not; the Messages tab has prompts', async () => {
    const { slack, by } = await openChannel();
    slack.openHome(by);
    const home = await slack.until('a home', () => slack.home(by));
    expect(JSON.stringify(home)).toMatch(/What it is not/);
    slack.openHome(by, 'messages');
    await slack.until('prompts', () => slack.context.workspace.prompts.size > 0);
    expect(slack.home(by)).toMatchObject({ type: 'home' });
  });
});

test('over HTTP, too: messages, a press, a modal, a shortcut and the command', async () => {
  const { stage, slack, channel, by, post, ask } = await openChannel({ overHttp: true });
  const thread = await ask('Where is the heart?');
  await stage.pictured(channel, thread, 1);
  const { ts } = lastReply(stage, channel, thread);
  slack.press(by, channel, ts, 'Wrong place');
  const [modal] = await slack.until(
    'a modal',
    () => slack.modals.size > 0 && [...slack.modals.keys()],
  );
  const refused = slack.submit(by, modal ?? '', {});
  await slack.until('an answer', () => refused.state === 'acknowledged');
  expect(String(refused.answer)).toMatch(/^\{"response_action":"errors"/);
  const among = post('look at this', { films: [film('two')] });
  slack.shortcut(by, channel, among, READ_SHORTCUT);
  await stage.answered(channel, among, 1);
  const command = slack.command(by, channel, 'status');
  await slack.until('an answer', () => command.state === 'acknowledged');
  expect(JSON.stringify(command.answer)).toMatch(/answers with/);
  expect(slack.sockets.connected).toBe(0);
});

describe('what a reply offers', () => {
  test('report and abnormalities, as buttons, about the film of that reply', async () => {
    const { stage, slack, channel, by, ask } = await openChannel();
    const thread = await ask('How is the heart?');
    for (const [count, label] of [
      [2, 'Report'],
      [3, 'Abnormalities'],
    ] as const) {
      const [first] = slack.replies(channel, thread);
      slack.press(by, channel, first?.ts ?? '', label);
      await stage.answered(channel, thread, count);
    }
    expect(stage.questions).toHaveLength(3);
  });

  test('a press that is delivered twice is one turn', async () => {
    const { stage, slack, channel, by, ask } = await openChannel();
    const thread = await ask('How is the heart?');
    const press = slack.press(by, channel, lastReply(stage, channel, thread).ts, 'Report');
    await stage.answered(channel, thread, 2);
    slack.context.deliveries.send(press.type, press.kind, press.payload);
    await stage.quiet();
    expect(slack.replies(channel, thread)).toHaveLength(2);
  });

  test('zoom, where it shows a place', async () => {
    const { stage, slack, channel, by, ask } = await openChannel();
    const thread = await ask('Where is the heart?');
    await stage.pictured(channel, thread, 1);
    slack.press(by, channel, lastReply(stage, channel, thread).ts, 'Zoom');
    await stage.answered(channel, thread, 3);
    expect(stage.says(channel, thread)[1]).toMatch(/enlarged/);
  });

  test('forget takes every word and picture of the thread down', async () => {
    const { stage, slack, channel, by, ask } = await openChannel();
    const thread = await ask('Where is the heart?');
    await stage.pictured(channel, thread, 1);
    slack.press(by, channel, lastReply(stage, channel, thread).ts, 'Forget');
    await slack.until('only the word that it is forgotten', () => {
      const replies = slack.replies(channel, thread);
      return replies.length === 1 && /forgotten/.test(replies[0]?.text ?? '');
    });
    await slack.until('no file of ours', () => slack.ownFiles.length === 0);
    expect(stage.pictures(channel, thread)).toEqual([]);
  });

  test('a question is answered by its button, which is gone then', async () => {
    const { stage, slack, channel, by, post } = await openChannel();
    const thread = post(`${slack.mention} How is the heart?`, { films: [film('odd one')] });
    await stage.answered(channel, thread, 1);
    slack.press(by, channel, lastReply(stage, channel, thread).ts, 'Read it');
    await stage.answered(channel, thread, 2);
    expect(stage.says(channel, thread)[1]).toBe(SENTENCES.heart);
    await slack.until('no buttons', () => slack.replies(channel, thread)[0]?.buttons.length === 0);
  });

  test('only whoever asked may answer a question', async () => {
    const { stage, slack, channel, post } = await openChannel();
    const thread = post(`${slack.mention} How is the heart?`, { films: [film('odd one')] });
    await stage.answered(channel, thread, 1);
    const other = slack.user('another');
    slack.press(other, channel, lastReply(stage, channel, thread).ts, 'Read it');
    const told = await slack.until('a word', () =>
      slack.shown(channel).find(({ onlyFor }) => onlyFor === other),
    );
    expect(told.text).toMatch(/Only the person who asked/);
  });

  test('a judgement is thanked for', async () => {
    const { stage, slack, channel, by, ask } = await openChannel();
    const thread = await ask('How is the heart?');
    slack.press(by, channel, lastReply(stage, channel, thread).ts, 'Right');
    const told = await slack.until('thanks', () =>
      slack.shown(channel).find(({ onlyFor }) => onlyFor === by),
    );
    expect(told.text).toMatch(/Thank you/);
  });

  test('a wrong place is told in a modal, which refuses what is no box', async () => {
    const { stage, slack, channel, by, ask } = await openChannel();
    const thread = await ask('Where is the heart?');
    await stage.pictured(channel, thread, 1);
    const open = async (): Promise<string> => {
      slack.press(by, channel, lastReply(stage, channel, thread).ts, 'Wrong place');
      const [id] = await slack.until(
        'a modal',
        () => slack.modals.size > 0 && [...slack.modals.keys()],
      );
      return id ?? '';
    };
    const values = (place: string) => ({
      box: { box: { type: 'static_select', selected_option: { value: '1' } } },
      place: { place: { type: 'plain_text_input', value: place } },
    });
    const refused = slack.submit(by, await open(), values('90, 10, 20, 30'));
    await slack.until('an answer', () => refused.state === 'acknowledged');
    expect(refused.answer).toMatchObject({ response_action: 'errors' });
    slack.submit(by, await open(), values('10, 55, 40, 90'));
    const told = await slack.until('thanks', () =>
      slack.shown(channel).find(({ onlyFor }) => onlyFor === by),
    );
    expect(told.text).toMatch(/Thank you/);
  });
});

describe('what becomes of a message', () => {
  test('deleted: its reply is taken down', async () => {
    const { stage, slack, channel, ask } = await openChannel();
    const thread = await ask('Where is the heart?');
    await stage.pictured(channel, thread, 1);
    slack.delete(channel, thread);
    await slack.until('nothing of ours', () =>
      slack.shown(channel).every(({ by }) => by !== 'bot'),
    );
    await slack.until('no file of ours', () => slack.ownFiles.length === 0);
    expect(stage.pictures(channel, thread)).toEqual([]);
  });

  test('left without its film: the reply about it is taken down', async () => {
    const { stage, slack, channel, ask } = await openChannel();
    const thread = await ask('How is the heart?');
    slack.deleteFile(channel, thread);
    await slack.until('no reply', () => slack.replies(channel, thread).length === 0);
    expect(stage.says(channel, thread)).toEqual([]);
  });

  test('edited while it waits: its new words are answered', async () => {
    const { stage, slack, channel, post } = await openChannel();
    stage.hold();
    const thread = post(`${slack.mention} How is the heart?`, { films: [film('one')] });
    const second = post('How is the heart?', { thread });
    await slack.until(
      'both are taken',
      () => slack.deliveries.filter(({ state }) => state === 'acknowledged').length >= 3,
    );
    slack.edit(channel, second, 'How are the lungs?');
    await stage.pause(200);
    stage.release();
    await stage.answered(channel, thread, 2);
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart, SENTENCES.lungs]);
  });
});

describe('an edit', () => {
  test('that adds the mention which was forgotten is answered, once', async () => {
    const { stage, slack, channel, post } = await openChannel();
    const thread = post('How is the heart?', { films: [film('one')] });
    slack.edit(channel, thread, `${slack.mention} How are the lungs?`);
    await stage.answered(channel, thread, 1);
    await stage.quiet();
    expect(stage.says(channel, thread)).toEqual([SENTENCES.lungs]);
    expect(stage.films).toEqual(['one']);
  });

  test('of what was answered is not answered again, whatever Slack tells of it', async () => {
    const { stage, slack, channel, post, ask } = await openChannel();
    const thread = await ask('How is the heart?');
    slack.edit(channel, thread, `${slack.mention} How are the lungs?`);
    slack.unfurl(channel, thread);
    slack.tell(channel, thread, 'app_mention');
    await stage.quiet();
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart]);
    post('How are the lungs?', { thread });
    await stage.answered(channel, thread, 2);
    expect(stage.questions.filter((question) => question === 'How are the lungs?')).toHaveLength(1);
  });

  test('in its own thread is no second question when the mention is added', async () => {
    const { stage, slack, channel, post, ask } = await openChannel();
    const thread = await ask('How is the heart?');
    const second = post('How are the lungs?', { thread });
    await stage.answered(channel, thread, 2);
    slack.edit(channel, second, `${slack.mention} How are the lungs?`);
    await stage.quiet();
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart, SENTENCES.lungs]);
  });
});

describe('who is answered', () => {
  test('people of another workspace are not, and are told so; with the setting they are', async () => {
    for (const outsiders of [false, true]) {
      const { stage, slack } = await openChannel({ outsiders });
      const channel = slack.channel('shared', { shared: true });
      const by = slack.user('visitor', { team: 'T0AWAY001' });
      const text = `${slack.mention} How is the heart?`;
      const thread = slack.post({ by, channel, text, films: [film('one')] });
      await stage.answered(channel, thread, 1);
      expect(stage.says(channel, thread)[0]).toMatch(outsiders ? /heart/ : /may not ask/);
    }
  });

  test.each([
    ['started', 0],
    ['joined', 1],
    ['never', 0],
  ] as const)(
    'SLACK_FOLLOW_UPS=%s in a thread that began among people',
    async (followUps, more) => {
      const { stage, slack, channel, post } = await openChannel({ settings: { followUps } });
      const thread = post('a film', { films: [film('one')] });
      post('who knows?', { thread });
      post(`${slack.mention} How is the heart?`, { thread });
      await stage.answered(channel, thread, 1);
      post('How are the lungs?', { thread });
      if (more > 0) await stage.answered(channel, thread, 2);
      await stage.quiet();
      expect(slack.replies(channel, thread)).toHaveLength(1 + more);
    },
  );
});

test('a link that the model writes in pieces is none, also while it is streamed', async () => {
  const { stage, slack, channel, post } = await openChannel();
  stage.answer('How is the heart?', [
    'See https:',
    '//evil',
    '.example',
    ' and :he',
    'art',
    ': now.',
  ]);
  stage.paceMs = 150;
  const thread = post(`${slack.mention} How is the heart?`, { films: [film('one')] });
  await stage.answered(channel, thread, 1);
  const [reply] = slack.replies(channel, thread);
  expect(stage.calls('chat.startStream')).toBe(1);
  expect(JSON.stringify(reply?.blocks)).not.toMatch(/:\/\/|evil\.example|:heart:/);
  expect(reply?.text.replaceAll('\u2060', '')).toMatch(
    /^See https:\/\/evil\.example and :heart: now\./,
  );
});

test('where Slack does not know its feedback buttons, they are buttons like the others', async () => {
  const { stage, slack, channel, by, post } = await openChannel();
  for (const method of ['chat.postMessage', 'chat.stopStream', 'chat.update'])
    slack.fault(method, { kind: 'error', error: 'invalid_blocks' });
  const thread = post(`${slack.mention} How is the heart?`, { films: [film('one')] });
  const reply = await slack.until('a reply', () =>
    slack.replies(channel, thread).find(({ buttons }) => buttons.length > 0),
  );
  expect(reply.buttons.map(({ type }) => type)).not.toContain('feedback_buttons');
  expect(stage.says(channel, thread)).toEqual([SENTENCES.heart]);
  slack.press(by, channel, reply.ts, 'Right');
  await slack.until('thanks', () => slack.shown(channel).find(({ onlyFor }) => onlyFor === by));
});

test('nothing that was said, and no name of a file, is logged', async () => {
  const { stage, slack, channel, post } = await openChannel();
  const films = [film('one', { name: 'doe-jane.png' })];
  const thread = post(`${slack.mention} How is the heart?`, { films });
  await stage.answered(channel, thread, 1);
  const log = stage.log.join('\n');
  expect(log).not.toBe('');
  expect(log).not.toMatch(/heart|doe|xoxb|xapp/);
});
