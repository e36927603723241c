import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { turnIdOf } from '../../../src/core/conversation/turn-id.ts';
import { caseIdOf } from '../../../src/core/teaching/case-journal.ts';
import { WetreadError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/log.ts';
import { openEmbeddedStores } from '../../../src/state/embedded-stores.ts';
import { createMemoryStores } from '../../../src/state/memory-stores.ts';
import { until } from '../../support/conversation-stage.ts';
import { textIn } from '../../support/scripted-reader.ts';
import { severable } from '../../support/severed-stores.ts';
import { SmallAdapter, SmallPlatform } from '../../support/small-platform.ts';
import { film, message } from '../../support/test-conversation.ts';
import {
  hiddenReading,
  LEARNER,
  MODERATOR,
  nextReveal,
  openCase,
  openTeaching,
  quiz,
  TEACHER,
} from '../../support/teaching-stage.ts';

const dying: AbortController[] = [];
afterEach(() => {
  for (const life of dying.splice(0)) life.abort(new WetreadError('closing'));
});

/** A process with its adapter; `writes`: how many it makes before it dies. */
const live = async (
  platform: SmallPlatform,
  stores = createMemoryStores({ now: Date.now }),
  writes = Infinity,
) => {
  const severed = severable(stores);
  const life = new AbortController();
  dying.push(life);
  severed.severAfter(writes);
  void severed.severed.then(() => life.abort(new WetreadError('closing')));
  try {
    const stage = await openTeaching({ stores: severed.stores });
    const adapter = new SmallAdapter(stage.conversation, platform, life.signal);
    void adapter.finish();
    const revealing = (async () => {
      for await (const due of stage.teaching.cases.due('test', life.signal)) {
        while (!(await adapter.tell(due)) && !life.signal.aborted);
      }
    })();
    return { ...stage, adapter, life, severed, revealing };
  } catch {
    return undefined;
  }
};

describe('a case whose process dies', { timeout: 240_000 }, () => {
  test('at any write is opened once, counts the answer once and is revealed once, in order', async () => {
    const stores = createMemoryStores({ now: Date.now });
    let whole = false;
    for (let writes = 1; !whole; writes += 1) {
      const thread = `after ${writes}`;
      const platform = new SmallPlatform();
      const opening = quiz({ thread, attachments: [film(`film ${writes}`)] });
      const answer = message('an effusion', [], { ...LEARNER, thread });
      const id = caseIdOf(turnIdOf(opening));
      const first = await live(platform, stores, writes);
      const finished = (count: number) => () =>
        platform.finished.length >= count || first?.life.signal.aborted !== false;

      const isOpened = (await first?.adapter.tell(opening)) === true;
      await until(finished(1));
      const isAnswered = (await first?.adapter.tell(answer)) === true;
      await until(finished(2));
      const asked = first?.teaching.cases.reveal(id, TEACHER);
      await asked?.catch(() => undefined);
      await until(finished(3));
      whole = platform.finished.length === 3;
      first?.life.abort(new WetreadError('closing'));
      await first?.teaching.close();

      const second = (await live(platform, stores))!;
      if (!isOpened) await second.adapter.tell(opening);
      const posted = (count: number) => () => new Set(platform.finished).size >= count;
      await until(posted(1));
      if (!isAnswered) await second.adapter.tell(answer);
      await until(posted(2));
      await second.teaching.cases.reveal(id, TEACHER).catch(() => undefined);
      await until(posted(3));
      await until(async () => (await second.teaching.cases.find(id))?.state === 'revealed');

      expect([writes, platform.posts.length]).toEqual([writes, 3]);
      expect([writes, ...platform.posts.map(({ text }) => text.slice(0, 20))]).toEqual([
        writes,
        'A teaching case: wha',
        'Noted as your answer',
        'The model said, and ',
      ]);
      expect(platform.posts[2]?.text).toContain(
        'One answer:\nA, in words: agrees on: right pleural effusion.',
      );
      expect(await stores.claims.line('cases-open')).toEqual([]);
      second.life.abort(new WetreadError('closing'));
      await second.conversation.close(0);
      await second.teaching.close();
    }
  });
});

describe('a case over the embedded store', { timeout: 60_000 }, () => {
  test('outlives the process: reading, key, answers, names, hints and the film', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'wetread-cases-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const logger = createLogger('silent');
    const openStores = () => openEmbeddedStores({ directory, now: Date.now, logger });
    const before = await openStores();
    const first = await openTeaching({ stores: before });
    const { id } = await openCase(first);
    await hiddenReading(first, id);
    await first.teaching.cases.answer(id, LEARNER, { kind: 'cells', cells: [8] });
    await first.teaching.cases.showName(id, LEARNER, 'Lea');
    await first.teaching.cases.hint(id, LEARNER);
    await first.teaching.cases.correct(id, MODERATOR, 'effusion: C1');
    await first.conversation.close(0);
    await first.teaching.close();
    await before.compact();
    await before.close();

    const after = await openStores();
    const second = await openTeaching({ stores: after });
    await second.teaching.cases.reveal(id, TEACHER);
    const events = await nextReveal(second);
    expect(textIn(events)).toMatch(/A \(Lea\), cells C1: covers 100 % of the key's boxes/);
    expect(events.some(({ type }) => type === 'image')).toBe(true);
    await second.conversation.close(0);
    await second.teaching.close();
    await after.close();
  });
});
