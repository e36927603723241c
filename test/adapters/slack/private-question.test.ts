import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { createChestGate } from '../../../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../../../src/core/gate/weights.ts';
import { createIntake } from '../../../src/core/intake/intake.ts';
import { createTextGate } from '../../../src/core/text-gate/create-text-gate.ts';
import type { FoundText, TextGate } from '../../../src/core/text-gate/text-gate.ts';
import { createLogger } from '../../../src/log.ts';
import { namedFilm } from '../../support/named-film.ts';
import { openStage, SENTENCES, type Stage } from './stage.ts';

const FILM = await readFile('assets/films/nih-00000001_000-pa.png');
const gate = createChestGate(await readGateWeights());
const NAME: FoundText = { kind: 'patient-data', box: { x1: 20, y1: 10, x2: 120, y2: 30 } };
const FINDS_A_NAME: TextGate = { find: async () => [NAME], close: async () => undefined };

const intakeWith = (textGate: TextGate) => createIntake({ gate, textGate, textPolicy: 'mask' });

/** A resident asks about a film with a name on it, in a channel. */
const askAboutNamed = async (
  bytes: Uint8Array = FILM,
  textGate = FINDS_A_NAME,
  prepare: (stage: Stage) => void = () => undefined,
) => {
  const stage = await openStage({ intake: intakeWith(textGate) });
  const { slack } = stage;
  const channel = slack.channel('chest');
  const [by, other] = [slack.user('resident'), slack.user('fellow')];
  prepare(stage);
  const text = `${slack.mention} How is the heart?`;
  const thread = slack.post({ by, channel, text, films: [{ bytes, name: 'okonkwo.png' }] });
  const told = await slack.until('a word to the resident alone', () =>
    slack.shown(channel).find(({ onlyFor }) => onlyFor !== undefined),
  );
  return { stage, slack, channel, by, other, thread, told, direct: slack.direct(by) };
};

const questionIn = ({ slack, direct }: Awaited<ReturnType<typeof askAboutNamed>>) =>
  slack.until('the question', () => slack.shown(direct).find(({ buttons }) => buttons.length > 0));

describe('a film with a name on it', () => {
  test('is asked about in the direct messages of whoever asked, with the masked film', async () => {
    const asked = await askAboutNamed();
    const { stage, slack, channel, by, thread, told, direct } = asked;
    const question = await questionIn(asked);
    expect(question.words).toMatch(/looks like patient data.*masked/);
    expect(question.buttons.map(({ label }) => label)).toEqual([
      'Nothing is left, read it',
      'Leave it',
    ]);
    await stage.pictured(direct, question.ts, 1);
    expect(told.onlyFor).toBe(by);
    expect(told.text).toMatch(/still shows.*Delete message/s);
    // The channel sees that there is a question, and nothing of it.
    const [reply, ...others] = slack
      .replies(channel, thread)
      .filter(({ onlyFor }) => onlyFor === undefined);
    expect(others).toEqual([]);
    expect(reply).toMatchObject({ buttons: [], pictures: [] });
    expect(reply?.text).not.toMatch(/patient|mask/);
  });

  test('is read in its thread once that is confirmed, and the reply says what was masked', async () => {
    const asked = await askAboutNamed();
    const { stage, slack, channel, by, thread, direct } = asked;
    const { ts } = await questionIn(asked);
    slack.press(by, direct, ts, 'Nothing is left, read it');
    const answer = await slack.until('the answer', () =>
      slack.replies(channel, thread).find(({ text }) => text.includes(SENTENCES.heart)),
    );
    expect(answer.text).toMatch(/masked before anything was kept \(1 place\)/);
    await stage.quiet();
    expect(stage.questions).toEqual(['How is the heart?']);
  });

  test('is not read when something is left', async () => {
    const asked = await askAboutNamed();
    const { stage, slack, channel, by, thread, direct } = asked;
    slack.press(by, direct, (await questionIn(asked)).ts, 'Leave it');
    await slack.until('it is left', () =>
      slack.replies(channel, thread).some(({ text }) => text.includes('it is not read')),
    );
    expect(stage.questions).toEqual([]);
  });

  test('cannot be confirmed by anybody else, by a word in the thread either', async () => {
    const { stage, slack, channel, other, thread } = await askAboutNamed();
    slack.post({ by: other, channel, thread, text: `${slack.mention} yes` });
    await stage.quiet();
    expect(stage.questions).not.toContain('How is the heart?');
  });

  test('is forgotten with its thread: the question and the masked film go, too', async () => {
    const asked = await askAboutNamed();
    const { stage, slack, channel, by, thread, direct } = asked;
    const { ts } = await questionIn(asked);
    await stage.pictured(direct, ts, 1);
    slack.post({ by, channel, thread, text: `${slack.mention} forget` });
    await slack.until('nothing is left', () =>
      slack.shown(direct).every(({ buttons, pictures }) => buttons.length + pictures.length === 0),
    );
    expect(stage.pictures(direct, ts)).toEqual([]);
  });

  test('whose sender cannot be reached alone is not shown to anybody, and not read', async () => {
    const { stage, slack, channel, thread, told, direct } = await askAboutNamed(
      FILM,
      FINDS_A_NAME,
      ({ slack: there }) => {
        there.fault('files.getUploadURLExternal', { kind: 'error', error: 'not_allowed' });
      },
    );
    expect(told.text).toMatch(/cannot be shown to you alone/);
    expect(stage.pictures(channel, thread)).toEqual([]);
    expect(slack.shown(direct)).toEqual([]);
    expect(slack.replies(channel, thread).every(({ buttons }) => buttons.length === 0)).toBe(true);
  });

  test('is asked about where it was sent when that is a direct message', async () => {
    const stage = await openStage({ intake: intakeWith(FINDS_A_NAME) });
    const { slack } = stage;
    const by = slack.user('resident');
    const direct = slack.direct(by);
    const films = [{ bytes: FILM }];
    const thread = slack.post({ by, channel: direct, text: 'How is the heart?', films });
    await stage.pictured(direct, thread, 1);
    const [question] = slack.replies(direct, thread);
    expect(question?.text).toMatch(/masked.*Delete message/s);
    slack.press(by, direct, question?.ts ?? '', 'Nothing is left, read it');
    await slack.until('the answer', () =>
      slack.replies(direct, thread).some(({ text }) => text.includes(SENTENCES.heart)),
    );
  });
});

describe('a real name', () => {
  const textGate = createTextGate({ threads: 1, logger: createLogger('silent') });
  afterAll(() => textGate.close());

  test('is in nothing that goes to Slack or into the log', async () => {
    const asked = await askAboutNamed(await namedFilm(), textGate);
    const { stage, slack, by, channel, thread, direct } = asked;
    const { ts } = await questionIn(asked);
    await stage.pictured(direct, ts, 1);
    slack.press(by, direct, ts, 'Nothing is left, read it');
    await slack.until('the answer', () =>
      slack.replies(channel, thread).some(({ text }) => text.includes(SENTENCES.heart)),
    );
    const said = JSON.stringify([slack.shown(direct), slack.shown(channel), stage.log]);
    expect(said).not.toMatch(/okonkwo, anna|1956|okonkwo\.png/i);
    const [masked] = stage.pictures(direct, ts);
    const { data, width, height } = await greyOf(masked?.bytes ?? new Uint8Array());
    const found = await textGate.find({ data, width, height });
    expect(found.filter(({ kind }) => kind !== 'marker')).toEqual([]);
  }, 60_000);
});

const greyOf = async (png: Uint8Array) => {
  const { default: sharp } = await import('sharp');
  const { data, info } = await sharp(png).greyscale().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
};
