import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, RESP_TYPES } from '@redis/client';
import sharp from 'sharp';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Conversation, Message } from '../src/core/conversation.ts';
import { createAuditLines } from '../src/core/audit-lines.ts';
import { createAnswer } from '../src/core/conversation/create-answer.ts';
import { createConversation } from '../src/core/conversation/create-conversation.ts';
import { CONVERSATION_LIMITS } from '../src/core/conversation/limits.ts';
import { createAnnotator } from '../src/core/drawing/create-annotator.ts';
import { createChestGate } from '../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../src/core/gate/weights.ts';
import { createIntake } from '../src/core/intake/intake.ts';
import { DEMO_PROFILE } from '../src/core/profile/demo.ts';
import { createReading } from '../src/core/read/create-reading.ts';
import { createLogger } from '../src/log.ts';
import { createAuditFiles } from '../src/state/audit-files.ts';
import { openEmbeddedStores } from '../src/state/embedded-stores.ts';
import type { OpenStores } from '../src/state/open-stores.ts';
import { openRedisStores } from '../src/state/redis-stores.ts';
import { collect } from './support/collect.ts';
import { redisMissing, startRedis } from './support/redis-server.ts';
import { createScriptedModel } from './support/scripted-model.ts';
import { NO_TEXT } from './support/no-text.ts';

const FILM = await readFile('assets/films/nih-00027426_000-pa.png');
/** Nothing else in the folder holds these by chance. */
const QUESTION = 'Tell Zebrowska where the right lung is.';
const ANSWER = 'The right lung, like a Xylophone, is located at [0.1, 0.1, 0.45, 0.8].';
const HOUR_MS = 3_600_000;

const logger = createLogger('silent');
const never = new AbortController().signal;

const intake = createIntake({
  gate: createChestGate(await readGateWeights()),
  textGate: NO_TEXT,
  textPolicy: 'mask',
});
/** The film as Wetread writes it. */
const { film: kept } = await intake.take(FILM, { choose: undefined });
const middleOf = (bytes: Uint8Array): Buffer => {
  const middle = Math.floor(bytes.byteLength / 2);
  return Buffer.from(bytes.subarray(middle, middle + 64));
};

/** Grey pixels of the film, from a row with the lungs in it: how a film lies in memory, uncompressed. */
const PIXELS = (await sharp(FILM).greyscale().raw().toBuffer()).subarray(200_000, 200_064);

let folder: string;
let clock: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wetread-privacy-'));
  clock = Date.now();
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const now = (): number => clock;
const onDisk = (): Promise<OpenStores> => openEmbeddedStores({ directory: folder, now, logger });

/** The whole of it, with nothing scripted but the model. */
const open = async (opening: Promise<OpenStores> = onDisk(), expireMs = 20) => {
  const stores = await opening;
  const retentionMs = 24 * HOUR_MS;
  const audit = createAuditFiles({ folder: join(folder, 'audit'), retentionMs, now, logger });
  const append = (line: string, at: number): void => audit.append(line, at);
  const model = createScriptedModel({ script: () => ANSWER });
  const annotator = createAnnotator({ font: 'assets/fonts/inter-semibold.ttf' });
  const parts = { model, profile: DEMO_PROFILE, annotator, logger, now, id: randomUUID };
  const reading = createReading(parts);
  const { retention } = CONVERSATION_LIMITS;
  const conversation = await createConversation({
    ...parts,
    stores,
    alone: true,
    answer: createAnswer({ ...parts, reading, retentionFilmsMs: retention.filmsMs }),
    intake,
    fetchers: { test: async () => FILM },
    access: { mayAsk: () => 'yes' },
    audit: createAuditLines({ pseudonym: undefined, now, append }),
    limits: { ...CONVERSATION_LIMITS, timings: { ...CONVERSATION_LIMITS.timings, expireMs } },
  });
  const close = async (): Promise<void> => {
    await conversation.close(0);
    await audit.close();
    await stores.close();
  };
  return { stores, conversation, model, close };
};

const place = (thread: string) => ({
  platform: 'test',
  workspace: 'w',
  channel: 'c',
  thread,
});
let sent = 0;
const message = (thread: string, text: string, withFilm: boolean): Message => ({
  ...place(thread),
  id: `m${(sent += 1)}`,
  author: 'a',
  standing: 'member',
  direct: false,
  text,
  ask: undefined,
  about: undefined,
  attachments: withFilm ? [{ reference: { film: '1' }, fetch: async () => FILM }] : [],
  addressed: true,
  choose: undefined,
});

/** Says it, hears the reply, and has it on the platform. */
const say = async (conversation: Conversation, said: Message): Promise<string> => {
  const turn = (await conversation.take(said)) ?? '';
  const events = await collect(conversation.events(turn, never));
  const end = events.at(-1);
  expect(end?.type).toBe('end');
  if (end?.type === 'end' && end.reply.annotated !== null) picture = end.reply.annotated.png;
  await conversation.begun(turn, 0, 'posted');
  await conversation.delivered(turn);
  return turn;
};

/** The picture of the last reply, once there is one. */
let picture: Uint8Array;

/** The contents of every file of the folder. */
const files = async (): Promise<readonly Buffer[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const inFolder = entries.filter((entry) => entry.isFile());
  return Promise.all(inFolder.map(({ parentPath, name }) => readFile(join(parentPath, name))));
};

/** What of the film and the words is found there. */
const found = async (contents?: readonly Buffer[]): Promise<string[]> => {
  const needles: Readonly<Record<string, Buffer>> = {
    question: Buffer.from('Zebrowska'),
    'question in UTF-16': Buffer.from('Zebrowska', 'utf16le'),
    answer: Buffer.from('Xylophone'),
    'film as it came': middleOf(FILM),
    'film as it is kept': middleOf(kept.png),
    'pixels of the film': PIXELS,
    picture: middleOf(picture),
  };
  const searched = contents ?? (await files());
  return Object.keys(needles).filter((name) =>
    searched.some((content) => content.includes(needles[name]!)),
  );
};
const KEPT_WORDS = ['question', 'answer'];
const KEPT_PICTURES = ['film as it is kept', 'picture'];

const talk = async (conversation: Conversation, thread: string): Promise<void> => {
  const turn = await say(conversation, message(thread, QUESTION, true));
  await say(conversation, message(thread, QUESTION, false));
  const corrected = [0.1, 0.2, 0.3, 0.4] as const;
  await conversation.feedback(turn, { kind: 'wrong-place', box: 1, corrected }, 'a');
};

describe('what is kept', () => {
  test('is there to be found: the search of these tests works', async () => {
    const { conversation, close } = await open();
    await talk(conversation, 't');
    await close();
    // Not the film as it came, nor its bare pixels: those are nowhere.
    expect((await found()).toSorted()).toEqual([...KEPT_WORDS, ...KEPT_PICTURES].toSorted());
  });

  test('is gone from every file after it was forgotten', async () => {
    const { conversation, stores, model, close } = await open();
    await talk(conversation, 't');
    await conversation.forget(place('t'));
    await stores.compact();
    expect(await found()).toEqual([]);
    expect(model.forgotten).toHaveLength(1);
    await close();
    expect(await found()).toEqual([]);
  });

  test('is gone from every file when its time is over, after a sweep', async () => {
    const { conversation, stores, close } = await open();
    await talk(conversation, 't');
    clock += CONVERSATION_LIMITS.retention.filmsMs + HOUR_MS;
    await stores.sweep();
    await stores.compact();
    expect(await found()).toEqual(KEPT_WORDS);
    clock += CONVERSATION_LIMITS.retention.turnsMs;
    await expect.poll(() => collect(stores.records.keys('threads'))).toEqual([]);
    await stores.sweep();
    await stores.compact();
    expect(await found()).toEqual([]);
    await close();
    expect(await found()).toEqual([]);
  });

  test('is gone when its time was over while no server ran', async () => {
    const before = await open();
    await talk(before.conversation, 't');
    await before.close();
    const { retention, timings } = CONVERSATION_LIMITS;
    clock += retention.turnsMs + HOUR_MS;
    const { stores, close } = await open(onDisk(), timings.expireMs);
    await expect.poll(() => collect(stores.records.keys('threads'))).toEqual([]);
    await stores.sweep();
    await stores.compact();
    expect(await found()).toEqual([]);
    await close();
  });

  test('stays, of a film, until the last thread that holds it is forgotten', async () => {
    const { conversation, stores, model, close } = await open();
    await talk(conversation, 'one');
    await talk(conversation, 'two');
    await conversation.forget(place('one'));
    await stores.compact();
    expect(await found()).toContain('film as it is kept');
    expect(model.forgotten).toEqual([]);
    await conversation.forget(place('two'));
    await stores.compact();
    expect(await found()).toEqual([]);
    await close();
  });
});

describe.skipIf(redisMissing !== undefined)(`what is kept in Redis ${redisMissing ?? ''}`, () => {
  test('is gone after it was forgotten', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const client = createClient({
      url: redis.url,
      commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    });
    await client.connect();
    // Values as they would be written to disk, for a search of their bytes.
    await client.configSet('rdbcompression', 'no');
    const values = async (): Promise<readonly Buffer[]> => {
      const keys = await client.keys('*');
      const dumps = await Promise.all(keys.map((key) => client.dump(key)));
      return [...keys, ...dumps].map((value) => Buffer.from(value ?? ''));
    };
    const stores = openRedisStores({ url: redis.url, now, logger });
    const { conversation, close } = await open(stores);
    await talk(conversation, 't');
    expect((await found(await values())).toSorted()).toEqual(
      [...KEPT_WORDS, ...KEPT_PICTURES].toSorted(),
    );
    expect(await found()).toEqual([]);
    await conversation.forget(place('t'));
    expect(await found(await values())).toEqual([]);
    await close();
    client.destroy();
  });
});
