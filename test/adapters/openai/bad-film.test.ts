import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createReader } from '../../support/scripted-reader.ts';
import { animatePng, promisingPng } from '../../core/intake/picture-files.ts';
import { dataUri } from '../../support/scripted-api.ts';
import { refusal, unasked } from './refusal.ts';
import { asking, FILM, startApi } from './start-api.ts';

const withImage = (url: unknown) =>
  asking('', {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Where is the heart?' },
          { type: 'image_url', image_url: { url } },
        ],
      },
    ],
  });
const JPEG = await sharp(FILM).jpeg().toBuffer();

describe('an image that is none', () => {
  const SVG = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
  );

  test.each([
    ['a JPEG that says it is a PNG', dataUri(JPEG), 422, 'image-mislabelled'],
    ['an SVG with a script', dataUri(SVG, 'image/svg+xml'), 422, 'picture-svg'],
    ['an SVG that says it is a PNG', dataUri(SVG), 422, 'picture-svg'],
    ['an image bomb', dataUri(promisingPng(40_000, 40_000)), 422, 'picture-too-large'],
    ['an animation', dataUri(animatePng(FILM)), 422, 'picture-animated'],
    ['half a film', dataUri(FILM.subarray(0, 3_000)), 422, 'picture-damaged'],
    ['a text', dataUri(Buffer.from('hello'), 'text/html'), 400, 'image-data'],
    ['a text that says it is a PNG', dataUri(Buffer.from('hello')), 422, 'not-a-picture'],
    ['no bytes', 'data:image/png;base64,', 422, 'file-empty'],
    ['no base64', 'data:image/png,hello', 400, 'image-data'],
    ['broken base64', 'data:image/png;base64,!!!!', 400, 'image-data'],
    ['half base64', `${dataUri(FILM)}A`, 400, 'image-data'],
    ['"data:"', 'data:', 400, 'image-data'],
  ])('%s', async (_what, url, status, code) => {
    const { post } = await startApi(unasked());
    expect(await refusal(await post(withImage(url)))).toMatchObject({ status, code });
  });

  test.each([
    'file:///etc/passwd',
    'http://127.0.0.1:8080/film.png',
    'http://localhost/film.png',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/film.png',
    'http://10.0.0.1/film.png',
    'https://films.example/film.png',
    'ftp://films.example/film.png',
    'javascript:alert(1)',
    'film.png',
    '',
  ])('the address "%s" is not fetched', async (url) => {
    const { post } = await startApi(unasked());
    expect(await refusal(await post(withImage(url)))).toMatchObject({
      status: 400,
      code: 'image-address',
    });
  });

  test('one without an address is refused', async () => {
    const { post } = await startApi(unasked());
    expect(await refusal(await post(withImage(7)))).toMatchObject({
      status: 400,
      param: 'messages[0].content[1].image_url.url',
    });
  });
});

const TURNED = await sharp(FILM).rotate(180).png().toBuffer();
const NOISE = await sharp({
  create: {
    width: 300,
    height: 300,
    channels: 3,
    background: '#888',
    noise: { type: 'gaussian', mean: 128, sigma: 60 },
  },
})
  .png()
  .toBuffer();

describe('a film that is asked about', () => {
  test('is a 422 with the choices, and goes on from the one that is sent', async () => {
    const { post } = await startApi(
      createReader({ 'Where is the heart?': 'The heart is not seen.' }),
    );
    const asked = await refusal(await post(withImage(dataUri(TURNED))));
    expect([asked.status, asked.code]).toEqual([422, 'film-question']);
    expect(asked.wetread?.choices.map(({ code }) => code)).toEqual(['turn', 'as-is']);
    const chosen = await post({ ...withImage(dataUri(TURNED)), wetread: { choose: 'turn' } });
    const { choices } = (await chosen.json()) as {
      choices: [{ message: { wetread: { notices: { code: string }[] } } }];
    };
    expect(choices[0].message.wetread.notices.map(({ code }) => code)).toContain('film-turned');
  });

  test('is refused so if it is none, also of a stream, until "read" is sent', async () => {
    const { post } = await startApi(createReader({ 'Where is the heart?': 'Nowhere.' }));
    const asked = { ...withImage(dataUri(NOISE)), stream: true };
    const refused = await refusal(await post(asked));
    expect([refused.status, refused.code]).toEqual([422, 'film-question']);
    expect(refused.wetread?.choices.map(({ code }) => code)).toEqual(['read']);
    const read = await post({ ...asked, wetread: { choose: 'read' } });
    expect([read.status, await read.text()]).toEqual([
      200,
      expect.stringContaining('gate-overruled'),
    ]);
  });
});
