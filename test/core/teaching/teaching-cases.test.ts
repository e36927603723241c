import { describe, expect, test } from 'vitest';
import type { AnswerRequest } from '../../../src/core/conversation/answer.ts';
import { isFilmAlone } from '../../../src/core/conversation/message-kind.ts';
import type { Message } from '../../../src/core/conversation.ts';
import type { Records } from '../../../src/core/records.ts';
import { createMemoryStores } from '../../../src/state/memory-stores.ts';
import { collect } from '../../support/collect.ts';
import {
  eventsOf as askReading,
  filmNamed,
  replyIn,
  textIn,
} from '../../support/scripted-reader.ts';
import { eventsOf, film, message, say, take } from '../../support/test-conversation.ts';
import {
  HIDDEN,
  LEARNER,
  MINUTE_MS,
  MODERATOR,
  OTHER,
  TEACHER,
  codeIn,
  hiddenReading,
  nextReveal,
  openCase,
  openTeaching,
  quiz,
} from '../../support/teaching-stage.ts';

describe('an open case', () => {
  test('is opened by a message, and its post says how to answer and nothing of the reading', async () => {
    const stage = await openTeaching();
    const events = await say(stage.conversation, quiz());
    const { text, boxes } = replyIn(events);
    expect(text).toMatch(/what do you see.*revealed in 30 minutes/s);
    expect(boxes).toEqual([]);
    expect(JSON.stringify(events)).not.toMatch(HIDDEN);
  });

  test('asks the model nothing in its thread: words are answers, the rest gets a sentence', async () => {
    const stage = await openTeaching();
    const { conversation, teaching, model } = stage;
    const { id } = await openCase(stage);
    await hiddenReading(stage, id);
    const asked = model.calls.length;
    const inThread = (text: string, more: Partial<Message> = {}) =>
      say(conversation, message(text, [], { ...LEARNER, ...more }));

    for (const events of [
      await inThread('left effusion', { mentioned: true }),
      await inThread('left effusion', { ask: { kind: 'free', text: 'left effusion' } }),
      await inThread('Where is the effusion?'),
      await inThread('zoom on the left base'),
      await inThread('report'),
      await inThread('', { ask: { kind: 'task', task: 'wet-read' } }),
      await inThread('', { ask: { kind: 'locate', what: 'nodule' } }),
      await inThread('find it', { ...MODERATOR }),
      await say(conversation, message('', [film('another')], LEARNER)),
    ])
      expect(textIn(events)).toMatch(/A teaching case is open here/);
    expect((await teaching.cases.own(id, LEARNER)).answer).toBeUndefined();

    expect(textIn(await inThread('left effusion?'))).toMatch(/^Noted/);
    expect(textIn(await inThread('No, a left pneumothorax'))).toMatch(/^Noted/);
    expect((await teaching.cases.own(id, LEARNER)).answer).toEqual({
      kind: 'words',
      text: 'No, a left pneumothorax',
    });
    expect(model.calls).toHaveLength(asked);
  });

  test('has its film read for nobody but moderators, in any thread', async () => {
    const stage = await openTeaching();
    const { conversation } = stage;
    const before = message('', [film('one')], { ...LEARNER, thread: 'before' });
    await say(conversation, before);
    const { id } = await openCase(stage);
    const elsewhere = (more: Partial<Message>) =>
      say(conversation, message('How is the heart?', [film('one')], { thread: 'x', ...more }));

    expect(codeIn(await elsewhere(LEARNER))).toBe('film-in-case');
    expect(codeIn(await elsewhere({ ...LEARNER, thread: 'dm', direct: true }))).toBe(
      'film-in-case',
    );
    // not by a follow-up where it was read before, nor by a closer look, nor as a case of one's own
    const again = (text: string) =>
      say(conversation, message(text, [], { ...LEARNER, thread: 'before' }));
    expect(codeIn(await again('How is the heart?'))).toBe('film-in-case');
    expect(codeIn(await again('zoom on the right lung'))).toBe('film-in-case');
    expect(codeIn(await again('film 1'))).toBe('film-in-case');
    expect(codeIn(await say(conversation, quiz({ ...LEARNER, thread: 'own' })))).toBe(
      'film-in-case',
    );
    expect(textIn(await elsewhere({ ...MODERATOR, thread: 'mods' }))).toMatch(/heart size/);
    // whoever has a server of their own is a moderator there
    const own = { ...LEARNER, standing: 'moderator', workspace: 'their own' } as const;
    expect(codeIn(await elsewhere(own))).toBe('film-in-case');

    // nor for programs that keep their conversations themselves
    const throughApi = () =>
      collect(
        askReading(stage.teaching.reading, { ask: 'How is the heart?', film: filmNamed('one') }),
      );
    expect(codeIn(await throughApi())).toBe('film-in-case');
    const alone = () =>
      collect(
        stage.teaching.modelAlone.ask(
          {
            film: filmNamed('one'),
            history: [],
            question: 'How is the heart?',
            asker: 'program',
            program: {
              sampling: { temperature: 0, topP: 1, seed: undefined },
              maxTokens: undefined,
              stop: [],
              system: '',
              draw: false,
            },
          },
          new AbortController().signal,
        ),
      );
    await expect(alone()).rejects.toMatchObject({ code: 'film-in-case' });

    await stage.teaching.cases.reveal(id, TEACHER);
    await nextReveal(stage);
    expect(textIn(await elsewhere(LEARNER))).toMatch(/heart size/);
    expect(textIn(await throughApi())).toMatch(/heart size/);
    expect(textIn(await alone())).toMatch(/heart size/);
  });

  test('has a hidden reading that nobody can listen to', async () => {
    const stage = await openTeaching();
    const opening = await take(stage.conversation, quiz());
    const events = await eventsOf(stage.conversation, opening);
    const { id } = (await stage.teaching.cases.openedBy(opening))!;
    await hiddenReading(stage, id);
    expect(JSON.stringify(events)).not.toMatch(HIDDEN);
    for (const guess of [id, `reading:${id}`, `case:${id}`])
      await expect(eventsOf(stage.conversation, guess)).rejects.toMatchObject({
        code: 'turn-unknown',
      });
    expect(JSON.stringify(await stage.teaching.cases.find(id))).not.toMatch(HIDDEN);
    await expect(stage.teaching.cases.hidden(id, LEARNER)).rejects.toMatchObject({
      code: 'case-moderators',
    });
    await expect(stage.teaching.cases.hidden(id, TEACHER)).rejects.toMatchObject({
      code: 'case-moderators',
    });
  });

  test('of two that are opened with one film at once, one is', async () => {
    const stage = await openTeaching();
    const both = ['x', 'y'].map((thread) => say(stage.conversation, quiz({ thread })));
    const codes = (await Promise.all(both)).map(codeIn);
    expect(codes.filter((code) => code === 'film-in-case')).toHaveLength(1);
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    expect(await stage.stores.claims.line('cases')).toHaveLength(1);
    expect(await stage.stores.claims.line('cases-open')).toHaveLength(1);
  });

  test('is opened at once, and does not wait for its author’s next words', () => {
    expect(isFilmAlone(quiz())).toBe(false);
  });

  test('keeps one case a thread', async () => {
    const stage = await openTeaching();
    await openCase(stage);
    const second = message('', [film('two')], { teaching: { kind: 'open', openMs: MINUTE_MS } });
    expect(codeIn(await say(stage.conversation, second))).toBe('case-open-here');
  });

  test.each([0, 1_000, 8 * 24 * 60 * MINUTE_MS, Number.NaN])(
    'is not opened for %d milliseconds',
    async (openMs) => {
      const stage = await openTeaching();
      expect(codeIn(await say(stage.conversation, quiz({}, openMs)))).toBe('case-time');
    },
  );

  test('asks about a film that intake asks about first, and is opened by the answer', async () => {
    const stage = await openTeaching();
    const asking = await take(stage.conversation, { ...quiz(), attachments: [film('odd one')] });
    expect((await eventsOf(stage.conversation, asking)).at(-1)?.type).toBe('choices');
    await stage.conversation.delivered(asking);
    const turn = await stage.conversation.choose(asking, 'read', TEACHER);
    expect(textIn(await eventsOf(stage.conversation, turn))).toMatch(/what do you see/);
    expect((await stage.teaching.cases.openedBy(turn))?.state).toBe('open');
  });

  test('is made of the film of an earlier reply by a button, and says that it was read there', async () => {
    const stage = await openTeaching();
    const read = message('', [film('one')], TEACHER);
    const turn = await take(stage.conversation, read);
    await eventsOf(stage.conversation, turn);
    await stage.conversation.delivered(turn);
    const button = { ...quiz({ about: turn }), attachments: [] };
    expect(textIn(await say(stage.conversation, button))).toMatch(/was read in this thread before/);
  });
});

describe('answers', () => {
  test('count once a learner, the last one', async () => {
    const stage = await openTeaching();
    const { cases } = stage.teaching;
    const { id } = await openCase(stage);
    await cases.answer(id, LEARNER, { kind: 'cells', cells: [15, 0, 15] });
    await cases.answer(id, LEARNER, { kind: 'region', side: 'right', zone: 'lower' });
    await cases.answer(id, OTHER, { kind: 'normal' });
    expect(await cases.own(id, LEARNER)).toMatchObject({
      answer: { kind: 'region', side: 'right', zone: 'lower' },
      letter: 'A',
    });
    expect((await cases.find(id))?.answers).toBe(2);
  });

  test.each([[[]], [[16]], [[-1]], [[0.5]]])('in cells %j are refused', async (cells) => {
    const stage = await openTeaching();
    const { id } = await openCase(stage);
    const answer = stage.teaching.cases.answer(id, LEARNER, { kind: 'cells', cells });
    await expect(answer).rejects.toMatchObject({ code: 'case-answer' });
  });

  test('are not taken of those who may not ask, who have seen the key, or after the end', async () => {
    const stage = await openTeaching();
    const { cases } = stage.teaching;
    const { id } = await openCase(stage);
    const normal = { kind: 'normal' } as const;
    const outsider = { author: 'o', standing: 'outsider' } as const;
    await expect(cases.answer(id, outsider, normal)).rejects.toMatchObject({ code: 'not-allowed' });
    await cases.hidden(id, MODERATOR);
    await expect(cases.answer(id, MODERATOR, normal)).rejects.toMatchObject({ code: 'case-seen' });
    await cases.reveal(id, TEACHER);
    await expect(cases.answer(id, LEARNER, normal)).rejects.toMatchObject({ code: 'case-closed' });
    await expect(cases.answer('0000', LEARNER, normal)).rejects.toMatchObject({
      code: 'case-unknown',
    });
  });

  test('that come while the case is being closed are told that they came too late, and count for nothing', async () => {
    const stores = createMemoryStores({ now: Date.now });
    let close = async (): Promise<void> => {};
    const records = new Proxy(stores.records, {
      get: (target, name: keyof Records) => {
        const call = target[name].bind(target) as (...args: unknown[]) => unknown;
        return async (...args: unknown[]) => {
          if (name === 'set' && String(args[1]).startsWith('answer:')) await close();
          return call(...args);
        };
      },
    });
    // a listing is no promise
    const patched = Object.assign(records, { keys: stores.records.keys.bind(stores.records) });
    const stage = await openTeaching({ stores: { ...stores, records: patched } });
    const { cases } = stage.teaching;
    const { id } = await openCase(stage);
    await hiddenReading(stage, id);
    close = () => cases.reveal(id, TEACHER).catch(() => undefined);
    await expect(cases.answer(id, LEARNER, { kind: 'normal' })).rejects.toMatchObject({
      code: 'case-closed',
    });
    expect(textIn(await nextReveal(stage))).toContain('Nobody has answered.');
  });

  test('that were given earlier and are told later do not take the place of the last', async () => {
    const stage = await openTeaching();
    const { cases, threads } = stage.teaching;
    const { id } = await openCase(stage);
    await cases.answer(id, LEARNER, { kind: 'normal' });
    const threadKey = JSON.stringify(['test', 'w', 'c', 't']);
    const turn = { id: 'late', threadKey, message: message('a mass', [], LEARNER), receivedAt: 1 };
    const request = { turn, words: 'a mass' } as unknown as AnswerRequest;
    const events = await threads.inThread(request, new AbortController().signal);
    expect(textIn(await collect(events!))).toMatch(/^Noted/);
    expect((await cases.own(id, LEARNER)).answer).toEqual({ kind: 'normal' });
  });

  test('that were typed go with their message', async () => {
    const stage = await openTeaching();
    const { id } = await openCase(stage);
    const said = message('an effusion', [], LEARNER);
    await say(stage.conversation, said);
    await stage.conversation.deleted(said);
    expect((await stage.teaching.cases.own(id, LEARNER)).answer).toBeUndefined();
    expect((await stage.teaching.cases.find(id))?.answers).toBe(0);
  });
});

describe('hints', () => {
  test('come in three steps for each learner, and are told with the marks', async () => {
    const stage = await openTeaching();
    const { cases } = stage.teaching;
    const { id } = await openCase(stage);
    await hiddenReading(stage, id);
    const hints = [];
    for (let step = 0; step < 4; step += 1) hints.push(await cases.hint(id, LEARNER));
    expect(hints.map(({ step, left }) => [step, left])).toEqual([
      [1, 2],
      [2, 1],
      [3, 0],
      [3, 0],
    ]);
    expect(hints[0]?.text).toMatch(/nobody has confirmed: The film is not normal\.$/);
    expect(hints[1]?.text).toMatch(/There is one finding, on the right\.$/);
    expect(hints[2]?.text).toMatch(/on the right, in the middle and lower zones\.$/);
    expect((await cases.hint(id, OTHER)).step).toBe(1);
    await cases.answer(id, LEARNER, { kind: 'normal' });
    await cases.reveal(id, MODERATOR);
    expect(textIn(await nextReveal(stage))).toMatch(/A, nothing abnormal, after 3 hints:/);
  });

  test('are the key’s once a person has written one', async () => {
    const stage = await openTeaching();
    const { cases } = stage.teaching;
    const { id } = await openCase(stage);
    await cases.correct(id, MODERATOR, 'normal');
    expect((await cases.hint(id, LEARNER)).text).toBe('The film is normal.');
  });
});
