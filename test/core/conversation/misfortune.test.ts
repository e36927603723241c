import { describe, expect, test } from 'vitest';
import type { Stores } from '../../../src/core/blobs.ts';
import { DAMAGED_STATE } from '../../../src/core/claims.ts';
import { WetreadError } from '../../../src/errors.ts';
import { createMemoryStores } from '../../../src/state/memory-stores.ts';
import { failureOf } from '../../support/collect.ts';
import { HEART, SHORT_LEASE, THREAD, until } from '../../support/conversation-stage.ts';
import { createScriptedModel } from '../../support/scripted-model.ts';
import { createReader, textIn } from '../../support/scripted-reader.ts';
import {
  ANSWERS,
  deliver,
  eventsOf,
  film,
  message,
  never,
  open,
  openWaiting,
  say,
  take,
  withTimings,
} from '../../support/test-conversation.ts';

const memory = (): Stores => createMemoryStores({ now: Date.now });

describe('a film', () => {
  test('that takes for ever is given up, and its thread goes on', async () => {
    const conversation = await open(createReader(ANSWERS), {
      limits: withTimings({ fetchMs: 30 }),
      fetcher: ({ name }) =>
        name === 'slow' ? new Promise(() => {}) : Promise.resolve(new TextEncoder().encode(name)),
    });
    expect(await say(conversation, message(HEART, [film('slow')]))).toMatchObject([
      { type: 'error', code: 'film-unavailable' },
    ]);
    expect(textIn(await say(conversation, message(HEART, [film('one')])))).toBe(ANSWERS[HEART]);
  });

  test('whose fetching fails in an unknown way is said to be unavailable', async () => {
    const fetcher = () => Promise.reject(new Error('a secret of the platform'));
    const conversation = await open(createReader(ANSWERS), { fetcher });
    const events = await say(conversation, message('', [film('one')]));
    expect(events).toMatchObject([{ type: 'error', code: 'film-unavailable' }]);
    expect(JSON.stringify(events)).not.toContain('secret');
  });

  test('that is forgotten while it is being kept is gone afterwards', async () => {
    const stores = memory();
    const { blobs } = stores;
    let keeping = (): void => {};
    const begun = new Promise<void>((resolve) => (keeping = resolve));
    const conversation = await open(createReader(ANSWERS), {
      stores: {
        ...stores,
        blobs: {
          put: async (...args) => {
            keeping();
            await new Promise((resolve) => setTimeout(resolve, 40));
            return blobs.put(...args);
          },
          get: (...args) => blobs.get(...args),
          delete: (...args) => blobs.delete(...args),
          sweep: () => blobs.sweep(),
        },
      },
    });
    await take(conversation, message(HEART, [film('one')]));
    await begun;
    await conversation.forget(message(''));
    expect(await blobs.get('films', 'one')).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await blobs.get('films', 'one')).toBeUndefined();
    expect(await stores.claims.line('film:one')).toEqual([]);
  });

  test('that cannot be kept ends its turn in a sentence', async () => {
    const stores = memory();
    const full: Stores = {
      ...stores,
      blobs: {
        put: () => Promise.reject(new WetreadError('store-failed')),
        get: (...args) => stores.blobs.get(...args),
        delete: (...args) => stores.blobs.delete(...args),
        sweep: () => stores.blobs.sweep(),
      },
    };
    const conversation = await open(createReader(ANSWERS), { stores: full });
    expect(await say(conversation, message('', [film('one')]))).toMatchObject([
      { type: 'error', code: 'store-failed' },
    ]);
  });
});

describe('a full disk', () => {
  test('acknowledges nothing, and the process goes on when there is room again', async () => {
    const { records, ...others } = memory();
    let isFull = true;
    const conversation = await open(createReader(ANSWERS), {
      stores: {
        ...others,
        records: {
          get: (...args) => records.get(...args),
          set: async (...args) => {
            if (isFull) throw new WetreadError('disk-full');
            return records.set(...args);
          },
          delete: (...args) => records.delete(...args),
          keys: (space) => records.keys(space),
        },
      },
    });
    const said = message(HEART, [film('one')]);
    expect(await failureOf(conversation.take(said))).toMatchObject({ code: 'disk-full' });
    isFull = false;
    expect(textIn(await say(conversation, said))).toBe(ANSWERS[HEART]);
  });
});

describe('what cannot be read back', () => {
  const TTL_MS = 60_000;

  /** A turn that a dead process has left. */
  const leave = async (stores: Stores): Promise<string> => {
    const { conversation, turn } = await openWaiting({ stores });
    await conversation.close(0);
    return turn;
  };

  test.each([
    ['state', (turn: string) => `turn:${turn}`],
    ['owner', (turn: string) => `owner:${turn}`],
    ['forgetting', () => `gone:${THREAD}`],
  ])("of a turn's %s, keeps neither it nor the next one from being answered", async (_, keyOf) => {
    const stores = memory();
    const { claims } = stores;
    const turn = await leave(stores);
    const key = keyOf(turn);
    expect(await claims.advance(key, await claims.state(key), DAMAGED_STATE, TTL_MS)).toBe(true);
    const next = await open(createReader(ANSWERS), { stores });
    expect(textIn(await deliver(next, turn))).toBe(ANSWERS[HEART]);
    expect(textIn(await say(next, message(HEART, [film('two')])))).toBe(ANSWERS[HEART]);
    expect(await claims.state(`turn:${turn}`)).toBe('delivered');
  });

  test('of a message is told to who waits for its answer, and the next one is answered', async () => {
    const stores = memory();
    const turn = await leave(stores);
    // As the journal sees a damaged record, too.
    await stores.records.delete('turns', turn);
    const next = await open(createReader(ANSWERS), { stores });
    expect(await failureOf(eventsOf(next, turn))).toMatchObject({ code: 'record-damaged' });
    expect(textIn(await say(next, message(HEART, [film('two')])))).toBe(ANSWERS[HEART]);
  });
});

describe('a model that fails', () => {
  /** Fails so many times, then answers. */
  const failing = (code: 'model-stopped' | 'queue-full', times: number) => {
    let left = times;
    return createScriptedModel({
      script: () => {
        if ((left -= 1) >= 0) throw new WetreadError(code);
        return 'The heart size is normal.';
      },
    });
  };

  test('before its first word is asked once more', async () => {
    const conversation = await open(failing('model-stopped', 1));
    expect(textIn(await say(conversation, message(HEART, [film('one')])))).toBe(ANSWERS[HEART]);
  });

  test('twice ends the turn, and the thread goes on', async () => {
    const conversation = await open(failing('model-stopped', 2));
    const events = await say(conversation, message(HEART, [film('one')]));
    expect(events.at(-1)).toMatchObject({ type: 'error', code: 'model-stopped' });
    expect(textIn(await say(conversation, message(HEART)))).toBe(ANSWERS[HEART]);
  });

  test('because too many ask is not asked once more at once', async () => {
    const conversation = await open(failing('queue-full', 1));
    const events = await say(conversation, message(HEART, [film('one')]));
    expect(events.at(-1)).toMatchObject({ type: 'error', code: 'queue-full' });
  });
});

describe('a process', () => {
  test('that has lost its lease leaves its turns, and takes them up as a new one', async () => {
    const stores = memory();
    let loses = false;
    let hangs = true;
    let events = 0;
    const model = createReader(ANSWERS, {
      pause: () => (hangs && (events += 1) > 3 ? new Promise(() => {}) : Promise.resolve()),
    });
    const { claims } = stores;
    const conversation = await open(model, {
      alone: false,
      limits: SHORT_LEASE,
      stores: {
        ...stores,
        claims: new Proxy(claims, {
          get: (target, name) => {
            if (name === 'renew' && loses) return async () => (loses = false);
            const value: unknown = Reflect.get(target, name);
            return typeof value === 'function' ? value.bind(target) : value;
          },
        }),
      },
    });
    const turn = await take(conversation, message(HEART, [film('one')]));
    await until(() => events > 3);
    const failure = failureOf(eventsOf(conversation, turn));
    hangs = false;
    loses = true;
    expect(await failure).toMatchObject({ code: 'closing' });
    for await (const left of conversation.unfinished('test', never)) {
      expect(left).toMatchObject({ turn, duty: 'deliver' });
      break;
    }
    expect(textIn(await deliver(conversation, turn))).toBe(ANSWERS[HEART]);
  });

  test('begins although its store fails at first', async () => {
    const stores = memory();
    let failures = 2;
    const claims = new Proxy(stores.claims, {
      get: (target, name) => {
        if (name === 'claim' && failures > 0) {
          failures -= 1;
          return () => Promise.reject(new WetreadError('store-failed'));
        }
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const conversation = await open(createReader(ANSWERS), { stores: { ...stores, claims } });
    expect(textIn(await say(conversation, message(HEART, [film('one')])))).toBe(ANSWERS[HEART]);
  });

  test('that is told to close twice does not wait any longer', async () => {
    const { conversation } = await openWaiting();
    const begunAt = performance.now();
    const closed = conversation.close(60_000);
    await conversation.close(0);
    await closed;
    expect(performance.now() - begunAt).toBeLessThan(5_000);
  });

  test('that is closing waits until what was answered is delivered', async () => {
    const stores = memory();
    const conversation = await open(createReader(ANSWERS), { stores });
    const turn = await take(conversation, message(HEART, [film('one')]));
    await eventsOf(conversation, turn);
    const closed = conversation.close(10_000);
    await conversation.delivered(turn);
    await closed;
    expect(await stores.claims.state(`turn:${turn}`)).toBe('delivered');
  });
});
