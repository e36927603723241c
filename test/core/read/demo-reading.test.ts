import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAnnotator } from '../../../src/core/drawing/create-annotator.ts';
import type { Film } from '../../../src/core/film.ts';
import { createReading } from '../../../src/core/read/create-reading.ts';
import { DEMO_PROFILE } from '../../../src/core/profile/demo.ts';
import { mentionOf } from '../../../src/core/profile/profile.ts';
import type { Exchange } from '../../../src/core/reply.ts';
import { createLogger } from '../../../src/log.ts';
import type { Model } from '../../../src/model/model.ts';
import { openConverted } from '../../../src/model/radvlm/converted-cache.ts';
import { createRadvlm } from '../../../src/model/radvlm/radvlm.ts';
import { readPhantom } from '../../support/phantom.ts';
import { replyOf } from '../../support/scripted-reader.ts';

/**
 * Conversations with the demo checkpoint, whatever it knows: what it says may change with its weights, what the
 * reading makes of it may not.
 */
let model: Model;
let dataFolder: string;
const logger = createLogger('silent');

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'wetread-reading-'));
  const converted = await openConverted('checkpoints/demo', dataFolder, { lanes: 1 });
  model = await createRadvlm({ converted, threads: 2, spinning: false, logger });
});

afterAll(async () => {
  await model.close();
  await rm(dataFolder, { recursive: true });
});

const openReading = () =>
  createReading({
    model,
    profile: DEMO_PROFILE,
    annotator: createAnnotator({ font: 'assets/fonts/inter-semibold.ttf' }),
    logger,
    id: () => 'id',
  });

const phantom = async (name: string): Promise<Film> => ({
  ...(await readPhantom(name)),
  channels: 1,
});

describe('with the demo checkpoint', () => {
  test('the right lung is on the left of the picture, and drawn there', async () => {
    const film = await phantom('0004');
    const reading = openReading();
    const right = await replyOf(reading, { film, ask: { kind: 'locate', what: 'right lung' } });
    const left = await replyOf(reading, { film, ask: { kind: 'locate', what: 'left lung' } });
    expect(right.boxes).toMatchObject([{ number: 1, label: 'right lung', side: 'right' }]);
    expect(left.boxes).toMatchObject([{ number: 1, label: 'left lung', side: 'left' }]);
    expect(right.boxes[0]!.box[0]).toBeLessThan(left.boxes[0]!.box[0]);
    expect(right.annotated).toMatchObject({ width: film.width });
    expect(right.annotated!.height).toBeGreaterThan(film.height);
    expect(right.notices[0]).toMatchObject({ code: 'demo-model' });
  });

  test('no finding is boxed that the model does not report when asked directly', async () => {
    const reading = openReading();
    const boxedAgainstItsWord: string[] = [];
    for (const name of ['0001', '0004']) {
      const film = await phantom(name);
      for (const term of DEMO_PROFILE.findings.slice(0, 6)) {
        const asked = await replyOf(reading, { film, ask: DEMO_PROFILE.isThere(mentionOf(term)) });
        const located = await replyOf(reading, { film, ask: { kind: 'locate', what: term.name } });
        if (!/^yes/i.test(asked.raw) && located.boxes.length > 0)
          boxedAgainstItsWord.push(`${name} ${term.name}`);
      }
    }
    expect(boxedAgainstItsWord).toEqual([]);
  });

  test('a wet read shows every sentence of the report, and "it" can be asked about after it', async () => {
    const reading = openReading();
    for (const name of ['0001', '0004', '0023']) {
      const film = await phantom(name);
      const reply = await replyOf(reading, { film, ask: { kind: 'task', task: 'wet-read' } });
      const bare = reply.text.replaceAll(
        / \((?:\d+|[^)]*not confirmed[^)]*|place not shown)\)/g,
        '',
      );
      expect(bare).toBe(reply.raw);
      for (const { number, sentence } of reply.boxes) {
        expect(reply.text).toContain(sentence);
        expect(sentence).toContain(`(${number})`);
      }
      const history: Exchange[] = reply.exchange === null ? [] : [reply.exchange];
      const later = await replyOf(reading, { film, history, ask: 'Where is it?' });
      expect(later.text).not.toBe('');
      expect(later.annotated === null).toBe(later.boxes.length === 0);
    }
  });
});
