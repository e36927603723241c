import { describe, expect, test } from 'vitest';
import { createPseudonym } from '../../../src/core/pseudonym.ts';
import { exportCases } from '../../../src/core/teaching/export-cases.ts';
import { createLogger } from '../../../src/log.ts';
import { collect } from '../../support/collect.ts';
import { until } from '../../support/conversation-stage.ts';
import { createReader } from '../../support/scripted-reader.ts';
import { film, message, say } from '../../support/test-conversation.ts';
import {
  EFFUSION,
  HIDDEN,
  LEARNER,
  MINUTE_MS,
  MODERATOR,
  TEACHER,
  type TeachingStage,
  codeIn,
  hiddenReading,
  nextReveal,
  openCase,
  openTeaching,
  quiz,
} from '../../support/teaching-stage.ts';

describe('what is kept', () => {
  const leftOf = async ({ stores }: TeachingStage): Promise<string[]> => {
    const keys: string[] = [];
    for await (const key of stores.records.keys('cases')) keys.push(key);
    for (const line of ['cases', 'cases-open', 'case-film:one', 'case-thread:["test","w","c","t"]'])
      keys.push(...(await stores.claims.line(line)));
    return keys;
  };

  test('is forgotten with its thread, marks included, by whoever opened it', async () => {
    const stage = await openTeaching();
    const { cases } = stage.teaching;
    const { id } = await openCase(stage);
    await hiddenReading(stage, id);
    await cases.answer(id, LEARNER, { kind: 'normal' });
    await cases.showName(id, LEARNER, 'Lea');
    await cases.hint(id, LEARNER);
    await cases.keep(id, MODERATOR, true);
    expect(codeIn(await say(stage.conversation, message('forget', [], LEARNER)))).toBe('not-yours');
    await say(stage.conversation, message('forget', [], TEACHER));
    expect(await leftOf(stage)).toEqual([]);
    expect(await stage.stores.blobs.get('cases', id)).toBeUndefined();
    expect(await stage.stores.claims.line(`case-answers:${id}`)).toEqual([]);
    await until(
      async () => (await stage.stores.claims.state(`case-hints:${id} learner`)) === undefined,
    );
    expect(stage.model.forgotten).toContain('one');
    await expect(cases.answer(id, LEARNER, { kind: 'normal' })).rejects.toMatchObject({
      code: 'case-unknown',
    });
  });

  test('leaves nothing either when it is forgotten while the model reads its film', async () => {
    let answers = (): void => {};
    const may = new Promise<void>((resolve) => (answers = resolve));
    const stage = await openTeaching({ model: createReader(EFFUSION, { pause: () => may }) });
    const { id } = await openCase(stage);
    await until(() => stage.model.calls.length > 0);
    await say(stage.conversation, message('forget', [], TEACHER));
    const before = stage.model.forgotten.length;
    answers();
    await until(() => stage.model.forgotten.length > before);
    expect(await leftOf(stage)).toEqual([]);
    expect(await stage.stores.records.get('cases', `reading:${id}`)).toBeUndefined();
  });

  test('is forgotten when its message is deleted', async () => {
    const stage = await openTeaching();
    const opening = quiz();
    await say(stage.conversation, opening);
    await stage.conversation.deleted(opening);
    expect(await leftOf(stage)).toEqual([]);
  });

  test('lasts its time from the reveal on, and one that a moderator keeps for good', async () => {
    let now = 1_000_000;
    const day = 24 * 60 * MINUTE_MS;
    const stage = await openTeaching({ now: () => now, retentionMs: day });
    const { cases } = stage.teaching;
    const kept = await openCase(stage, { thread: 'kept' });
    await hiddenReading(stage, kept.id);
    const other = await openCase(stage, { thread: 'other', attachments: [film('two')] });
    await hiddenReading(stage, other.id);
    await cases.answer(kept.id, LEARNER, { kind: 'normal' });
    await expect(cases.keep(kept.id, TEACHER, true)).rejects.toMatchObject({
      code: 'case-moderators',
    });
    await cases.keep(kept.id, MODERATOR, true);
    now += 31 * MINUTE_MS;
    await nextReveal(stage);
    await nextReveal(stage);
    now += day - MINUTE_MS;
    expect((await cases.find(other.id))?.state).toBe('revealed');
    now += 2 * MINUTE_MS;
    await stage.teaching.sweep();
    expect(await cases.find(other.id)).toBeUndefined();
    expect(await stage.stores.claims.line('cases')).toEqual([kept.id]);
    now += 400 * day;
    await stage.teaching.sweep();
    expect(await cases.find(kept.id)).toMatchObject({ state: 'revealed', kept: true, answers: 1 });
    expect(await stage.stores.blobs.get('cases', kept.id)).toBeDefined();
    await cases.keep(kept.id, MODERATOR, false);
    now += day + 1;
    expect(await cases.find(kept.id)).toBeUndefined();
  });

  test('is no longer than the film’s own time for the thread, and the case has the film all the same', async () => {
    let now = 1_000_000;
    const stage = await openTeaching({ now: () => now });
    const { id } = await openCase(stage, {}, 20 * 60 * MINUTE_MS);
    await hiddenReading(stage, id);
    now += 21 * 60 * MINUTE_MS;
    const events = await nextReveal(stage);
    expect(events.some(({ type }) => type === 'image')).toBe(true);
    expect(codeIn(await say(stage.conversation, message('How is the heart?', [], LEARNER)))).toBe(
      'film-expired',
    );
  });

  test('exports as film, key and answers, without names or ids', async () => {
    const stage = await openTeaching();
    const { cases } = stage.teaching;
    const { id } = await openCase(stage);
    await hiddenReading(stage, id);
    await cases.answer(id, LEARNER, { kind: 'cells', cells: [0, 9] });
    await cases.showName(id, LEARNER, 'Lea');
    await cases.correct(id, MODERATOR, 'nodule: B2');
    const logger = createLogger('silent');
    const pseudonym = createPseudonym('a key that nobody can guess');
    const all = await collect(
      exportCases({ stores: stage.stores, pseudonym, logger, now: Date.now }),
    );
    expect(all).toMatchObject([
      {
        name: pseudonym('test', 'case', id),
        facts: {
          state: 'open',
          key: {
            origin: 'written',
            findings: [{ label: 'nodule', boxes: [[0.25, 0.25, 0.5, 0.5]] }],
          },
          model: { boxes: [{ label: 'right pleural effusion' }] },
          answers: [{ learner: 'A', hints: 0, answer: { kind: 'cells', cells: ['A1', 'C2'] } }],
        },
      },
    ]);
    expect(new TextDecoder().decode(all[0]?.film)).toBe('one');
    expect(JSON.stringify(all)).not.toMatch(/Lea|learner"?:"?learner|teacher|mod\b/);
    expect(JSON.stringify(all)).not.toContain(id);
  });

  test('is accounted for: who did what, and no word of it', async () => {
    const stage = await openTeaching();
    const { cases } = stage.teaching;
    const { id } = await openCase(stage);
    await hiddenReading(stage, id);
    await cases.hidden(id, MODERATOR);
    await cases.confirm(id, MODERATOR);
    await cases.reveal(id, MODERATOR);
    await nextReveal(stage);
    const told = stage.audited.map((event) =>
      event.kind === 'case' ? [event.act, event.author] : [],
    );
    expect(told).toEqual([
      ['opened', 'teacher'],
      ['seen', 'mod'],
      ['confirmed', 'mod'],
      ['closed', 'mod'],
      ['revealed', undefined],
    ]);
    expect(JSON.stringify(stage.audited)).not.toMatch(HIDDEN);
  });
});
