import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import type { AuditEvent } from '../../../src/core/audit.ts';
import { createTextGate } from '../../../src/core/text-gate/create-text-gate.ts';
import type { FoundText, TextGate } from '../../../src/core/text-gate/text-gate.ts';
import { createLogger } from '../../../src/log.ts';
import type { Model } from '../../../src/model/model.ts';
import { namedFilm } from '../../support/named-film.ts';
import { askingAbout, dataUri, type ApiSettings } from '../../support/scripted-api.ts';
import { createScriptedModel } from '../../support/scripted-model.ts';
import { refusal, unasked } from './refusal.ts';
import { AT, completionOf, FILM, HEART, reader, startApi } from './start-api.ts';

/** A question about a file of this type. */
const askingOf = (
  bytes: Uint8Array,
  type: string,
  over: Readonly<Record<string, unknown>> = {},
) => {
  const parts = [
    { type: 'text', text: HEART },
    { type: 'image_url', image_url: { url: dataUri(bytes, type) } },
  ];
  return { model: 'scripted', messages: [{ role: 'user', content: parts }], ...over };
};
const fixture = (name: string): Promise<Buffer> => readFile(`test/fixtures/${name}`);

describe('a file that is a film', () => {
  test.each([
    ['dicom/explicit-m1-12.dcm', 'application/dicom'],
    ['dicom/no-preamble.dcm', 'application/octet-stream'],
    ['dicom/study.zip', 'application/zip'],
    ['dicom/study.zip', ''],
    ['heic/film.heic', 'image/heic'],
    ['heic/film.heic', 'image/heif'],
    ['heic/film.heic', 'application/octet-stream'],
  ])('%s as "%s" is read', async (name, type) => {
    const { post } = await startApi(reader());
    const completion = await completionOf(await post(askingOf(await fixture(name), type)));
    const { message } = completion.choices[0];
    expect(message.content).toBe(AT);
    expect(message.wetread.boxes).toHaveLength(1);
  });

  test.each([
    ['dicom/explicit-m1-12.dcm', 'image/png', 'image-mislabelled'],
    ['heic/film.heic', 'image/jpeg', 'image-mislabelled'],
    ['dicom/study.zip', 'application/dicom', 'image-mislabelled'],
    ['phantoms/0000.png', 'application/dicom', 'image-mislabelled'],
    ['phantoms/0000.png', 'application/zip', 'image-mislabelled'],
    ['dicom/lateral.zip', 'application/zip', 'film-lateral'],
    ['dicom/two-films.zip', 'application/zip', 'zip-several'],
  ])('%s as "%s" is refused: %s', async (name, type, code) => {
    const { post } = await startApi(unasked());
    const refused = await refusal(await post(askingOf(await fixture(name), type)));
    expect([refused.status, refused.code]).toEqual([422, code]);
  });
});

/** Finds what it is told to. */
const finding = (...kinds: FoundText['kind'][]): TextGate => ({
  find: async () =>
    kinds.map((kind) => ({ kind, box: { x1: 5, y1: 5, x2: 60, y2: 15 } }) as FoundText),
  close: async () => undefined,
});
const greyThere = async (png: Uint8Array): Promise<number> => {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  return data[(10 * info.width + 30) * info.channels]!;
};
const listen = async (model: Model, textGate: TextGate, settings: ApiSettings = {}) => {
  const written: AuditEvent[] = [];
  const audit = { write: (event: AuditEvent) => void written.push(event) };
  return { written, ...(await startApi(model, { ...settings, audit, textGate })) };
};
const lastImage = (model: ReturnType<typeof createScriptedModel>) =>
  model.calls[0]?.messages.flatMap(({ images }) => images)[0]?.png ?? new Uint8Array();

describe('a film with a name in the picture', () => {
  test('is asked about with the choice that confirms its masks, and read once that is sent', async () => {
    const model = reader();
    const { post, written } = await listen(model, finding('patient-data'));
    const asked = await refusal(await post(askingAbout(FILM, HEART)));
    expect([asked.status, asked.code]).toEqual([422, 'film-question']);
    expect(asked.message).toMatch(/looks like patient data.*masked \(1 place\).*"masked" \(/);
    expect(asked.wetread).toEqual({
      choices: [{ code: 'masked', text: 'Nothing is left, read it' }],
      picture: null,
    });
    expect([model.calls, written]).toEqual([[], []]);
    const confirmed = askingAbout(FILM, HEART, { wetread: { choose: 'masked' } });
    const { wetread } = (await completionOf(await post(confirmed))).choices[0].message;
    expect(wetread.notices).toContainEqual({
      code: 'text-masked',
      text: expect.stringMatching(/masked before anything was kept \(1 place\)/),
    });
    expect(await greyThere(lastImage(model))).toBe(0);
    expect(written).toMatchObject([{ kind: 'confirmed-mask', platform: 'api' }, { kind: 'turn' }]);
  });

  test('comes back masked when pictures are asked for, so that a person can look', async () => {
    const { post } = await listen(unasked(), finding('patient-data'));
    const { wetread } = await refusal(
      await post(askingAbout(FILM, HEART, { stream: true, wetread: { annotate: true } })),
    );
    const png = Buffer.from(wetread?.picture?.split(',')[1] ?? '', 'base64');
    expect(await greyThere(png)).toBe(0);
  });

  test('that lies upside down is one question with one choice for both', async () => {
    const upsideDown = await sharp(FILM).rotate(180).png().toBuffer();
    const model = reader();
    const { post, written } = await listen(model, finding('patient-data'));
    const choosing = (choose: string) => askingAbout(upsideDown, HEART, { wetread: { choose } });
    for (const choose of ['turn', 'read', 'masked']) {
      const { wetread } = await refusal(await post(choosing(choose)));
      expect(wetread?.choices.map(({ code }) => code)).toEqual(['masked-turn', 'masked-as-is']);
    }
    const turned = await completionOf(await post(choosing('masked-turn')));
    const codes = turned.choices[0].message.wetread.notices.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['text-masked', 'film-turned']));
    await completionOf(await post(choosing('masked-as-is')));
    expect(written.map((event) => ('choice' in event ? event.choice : event.kind))).toEqual([
      'confirmed-mask',
      'turn',
      'confirmed-mask',
      'as-is',
      'turn',
    ]);
  });

  test('is masked for the model alone as well, and confirmed first', async () => {
    const model = createScriptedModel({ script: () => 'A film.' });
    const { post } = await listen(model, finding('patient-data'));
    const raw = { model: 'scripted:raw' };
    expect((await refusal(await post(askingAbout(FILM, HEART, raw)))).code).toBe('film-question');
    const confirmed = askingAbout(FILM, HEART, { ...raw, wetread: { choose: 'masked' } });
    const { wetread } = (await completionOf(await post(confirmed))).choices[0].message;
    expect(wetread.notices.map(({ code }) => code)).toContain('text-masked');
    expect(await greyThere(lastImage(model))).toBe(0);
  });

  test('that holds no patient data is read at once, told as masked, and overrules nothing', async () => {
    const { post, written } = await listen(reader(), finding('text'));
    const asked = askingAbout(FILM, HEART, { wetread: { choose: 'read' } });
    const { wetread } = (await completionOf(await post(asked))).choices[0].message;
    expect(wetread.notices.filter(({ code }) => code === 'text-masked')).toHaveLength(1);
    expect(written.map(({ kind }) => kind)).toEqual(['turn']);
  });
});

describe('a real name on a real film', () => {
  const textGate = createTextGate({ threads: 1, logger: createLogger('silent') });
  afterAll(() => textGate.close());

  test('reaches neither the model nor the answer', { timeout: 60_000 }, async () => {
    const film = await namedFilm();
    const model = createScriptedModel({ script: () => 'The heart is not enlarged.' });
    const { post } = await listen(model, textGate);
    const asked = await refusal(await post(askingAbout(film, 'Is the heart large?')));
    expect(asked.wetread?.choices.map(({ code }) => code)).toEqual(['masked']);
    const choose = asked.wetread?.choices[0]?.code;
    const read = await post(askingAbout(film, 'Is the heart large?', { wetread: { choose } }));
    const said = JSON.stringify([asked, await completionOf(read)]);
    expect(said).toMatch(/text-masked/);
    expect(said).not.toMatch(/okonkwo|1956/i);
    const { data, info } = await sharp(lastImage(model))
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const left = await textGate.find({ data, width: info.width, height: info.height });
    expect(left.filter(({ kind }) => kind !== 'marker')).toEqual([]);
  });
});
