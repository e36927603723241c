import { describe, expect, test } from 'vitest';
import type { Message } from '../../../src/core/conversation.ts';
import type { CaseView } from '../../../src/core/teaching-case.ts';
import { WetreadError } from '../../../src/errors.ts';
import { until } from '../../support/conversation-stage.ts';
import { createReader, replyIn, textIn } from '../../support/scripted-reader.ts';
import { eventsOf, message, say, take } from '../../support/test-conversation.ts';
import {
  EFFUSION,
  HIDDEN,
  LEARNER,
  MINUTE_MS,
  MODERATOR,
  OTHER,
  TEACHER,
  type TeachingStage,
  codeIn,
  hiddenReading,
  nextReveal,
  openCase,
  openTeaching,
} from '../../support/teaching-stage.ts';

describe('the reveal', () => {
  const answerAll = async ({ teaching }: TeachingStage, { id }: CaseView): Promise<void> => {
    const { cases } = teaching;
    // The effusion's box, 0.10 0.50 0.40 0.80: of C1 0.15 x 0.25, of C2 0.15 x 0.25, of D1 and D2 0.15 x 0.05.
    await cases.answer(id, LEARNER, { kind: 'cells', cells: [8, 9, 3] });
    await cases.answer(id, OTHER, { kind: 'region', side: 'right', zone: 'upper' });
    await cases.showName(id, OTHER, 'Olga');
    await cases.answer(
      id,
      { author: 'third', standing: 'member' },
      { kind: 'words', text: 'left effusion, pneumothorax' },
    );
  };

  test('on request of whoever opened it or a moderator: agreement, where nobody confirmed a key', async () => {
    const stage = await openTeaching();
    const view = await openCase(stage);
    await hiddenReading(stage, view.id);
    await answerAll(stage, view);
    await expect(stage.teaching.cases.reveal(view.id, LEARNER)).rejects.toMatchObject({
      code: 'not-yours',
    });
    await stage.teaching.cases.reveal(view.id, TEACHER);
    const { text, boxes } = replyIn(await nextReveal(stage));
    expect(text).toMatch(/^The model said, and nobody has confirmed it:\nThe heart size is normal/);
    expect(text).toMatch(/So no marks are given/);
    expect(text).toMatch(
      /A, cells A4 C1 C2: covers 83 % of the model's boxes, 1 of 3 cells misses\./,
    );
    expect(text).toMatch(/B \(Olga\), right upper zone: the same side and another zone\./);
    expect(text).toMatch(
      /C, in words: on the other side: right pleural effusion; the model does not name: pneumothorax\./,
    );
    expect(text).not.toMatch(/learner|third|left effusion/);
    expect(boxes.map(({ label }) => label)).toEqual(['right pleural effusion']);
  });

  test('gives marks against a key that a moderator confirmed or wrote', async () => {
    const stage = await openTeaching();
    const { cases } = stage.teaching;
    const view = await openCase(stage);
    await hiddenReading(stage, view.id);
    await answerAll(stage, view);
    const shown = await cases.hidden(view.id, MODERATOR);
    expect(shown).toMatchObject({ reading: 'there', confirmed: false });
    expect(shown.keyText).toBe('right pleural effusion: 0.1 0.5 0.4 0.8');
    await cases.confirm(view.id, MODERATOR);
    expect((await cases.hidden(view.id, MODERATOR)).confirmed).toBe(true);
    await cases.correct(view.id, MODERATOR, 'right pleural effusion: C1\nleft nodule: A4');
    await cases.reveal(view.id, MODERATOR);
    const { text, boxes } = replyIn(await nextReveal(stage));
    expect(text).toMatch(
      /^The key, written by a person:\n- right pleural effusion \(1\)\n- left nodule \(2\)\n/,
    );
    expect(text).toMatch(
      /The model had said: The heart size is normal\. There is a right pleural effusion\./,
    );
    expect(text).toMatch(
      /A, cells A4 C1 C2: covers 100 % of the key's boxes, 1 of 3 cells misses\./,
    );
    expect(text).toMatch(
      /B \(Olga\), right upper zone: side and zone each correct, but of different findings\./,
    );
    expect(text).toMatch(
      /C, in words: on the other side: right pleural effusion; missed: left nodule; not in the key: pneumothorax\./,
    );
    expect(boxes.map(({ number, box }) => [number, ...box])).toEqual([
      [1, 0, 0.5, 0.25, 0.75],
      [2, 0.75, 0, 1, 0.25],
    ]);
  });

  test('draws everybody’s marks: letters, and names of those who wanted it', async () => {
    const stage = await openTeaching();
    const view = await openCase(stage);
    await hiddenReading(stage, view.id);
    await answerAll(stage, view);
    await stage.teaching.cases.reveal(view.id, TEACHER);
    await nextReveal(stage);
    const marks = stage.annotator.sheets.at(-1) ?? [];
    expect(marks.map(({ text }) => text)).toEqual(['A', 'A', 'A', 'zone: B']);
    expect(marks.map(({ at }) => at.slice(0, 2))).toEqual([
      [0.75, 0],
      [0, 0.5],
      [0.25, 0.5],
      [0.1, 0.1],
    ]);
  });

  test('comes when time is up, also when the server was down then, and once', async () => {
    let now = 1_000_000;
    const first = await openTeaching({ now: () => now });
    const { id } = await openCase(first);
    await hiddenReading(first, id);
    await first.teaching.cases.answer(id, LEARNER, { kind: 'normal' });
    await first.conversation.close(0);
    await first.teaching.close();
    now += 31 * MINUTE_MS;
    const second = await openTeaching({ now: () => now, stores: first.stores });
    expect((await second.teaching.cases.find(id))?.state).toBe('open');
    expect(textIn(await nextReveal(second))).toMatch(
      /One answer:\nA, nothing abnormal: the model does not/,
    );
    expect((await second.teaching.cases.find(id))?.state).toBe('revealed');
    const heard: Message[] = [];
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    for await (const due of second.teaching.cases.due('test', stop.signal)) heard.push(due);
    expect(heard).toEqual([]);
  });

  test('is told once, though nobody takes it', async () => {
    const stage = await openTeaching();
    const { id } = await openCase(stage);
    await stage.teaching.cases.reveal(id, TEACHER);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 150);
    const heard: string[] = [];
    for await (const due of stage.teaching.cases.due('test', stop.signal)) heard.push(due.id);
    expect(heard).toEqual([`reveal-${id}-1`]);
  });

  test('does not come by a message alone, before anybody had the case closed', async () => {
    const stage = await openTeaching();
    const { id } = await openCase(stage);
    await hiddenReading(stage, id);
    const forged = message('', [], { ...LEARNER, teaching: { kind: 'reveal', id } });
    const events = await say(stage.conversation, forged);
    expect(codeIn(events)).toBe('case-unknown');
    expect(JSON.stringify(events)).not.toMatch(HIDDEN);
    expect((await stage.teaching.cases.find(id))?.state).toBe('open');
  });

  test('that was stopped before the film was read can be asked for again', async () => {
    let answers = (): void => {};
    const may = new Promise<void>((resolve) => (answers = resolve));
    const stage = await openTeaching({ model: createReader(EFFUSION, { pause: () => may }) });
    const { cases } = stage.teaching;
    const { id } = await openCase(stage);
    await cases.reveal(id, TEACHER);
    const stop = new AbortController();
    for await (const due of cases.due('test', stop.signal)) {
      const turn = await take(stage.conversation, due);
      await expect(cases.reveal(id, TEACHER)).rejects.toMatchObject({ code: 'case-closed' });
      await stage.conversation.stop(turn);
      expect(replyIn(await eventsOf(stage.conversation, turn)).finishReason).toBe('stopped');
      await stage.conversation.delivered(turn);
      stop.abort();
    }
    answers();
    await cases.reveal(id, TEACHER);
    expect(textIn(await nextReveal(stage))).toMatch(/^The model said/);
  });

  test('waits for the reading, and says so when the model could not read the film', async () => {
    const model = createReader(
      {},
      {
        pause: async () =>
          Promise.reject(new WetreadError('context-full', { tokens: 1, limit: 1 })),
      },
    );
    const stage = await openTeaching({ model });
    const { cases } = stage.teaching;
    const { id } = await openCase(stage);
    await cases.answer(id, LEARNER, { kind: 'normal' });
    await until(async () => (await cases.hidden(id, MODERATOR)).reading === 'failed');
    await expect(cases.confirm(id, MODERATOR)).rejects.toMatchObject({ code: 'case-no-reading' });
    await expect(cases.hint(id, LEARNER)).rejects.toMatchObject({ code: 'case-no-hint' });
    await cases.reveal(id, TEACHER);
    expect(textIn(await nextReveal(stage))).toMatch(
      /could not read this film.*A, nothing abnormal\./s,
    );
  });

  test('lets its thread be a thread about the film again', async () => {
    const stage = await openTeaching();
    const { id } = await openCase(stage);
    await stage.teaching.cases.reveal(id, TEACHER);
    await nextReveal(stage);
    expect(textIn(await say(stage.conversation, message('How is the heart?', [], LEARNER)))).toBe(
      'The heart size is normal.',
    );
  });
});
