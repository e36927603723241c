import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHttpServer, type HttpServer } from '../../../src/adapters/http.ts';
import { createWebAdapter } from '../../../src/adapters/web/web.ts';
import { COLOURS } from '../../../src/core/drawing/palette.ts';
import type { Picture, Reply, ReplyEvent } from '../../../src/core/reply.ts';
import { createLogger } from '../../../src/log.ts';
import { toMessage } from '../../../src/adapters/web/web-message.ts';
import { createStagedConversation } from './staged-conversation.ts';
import { PAGE_OPTIONS } from './start-page.ts';

const picture: Picture = {
  png: new Uint8Array([137, 80, 78, 71]),
  width: 640,
  height: 666,
  altText: 'The film with one box.',
};
const reply: Reply = {
  question: 'Where is the heart?',
  text: 'The heart is here (1).',
  raw: 'The heart is here [0.1, 0.2, 0.3, 0.4].',
  boxes: [],
  notices: [],
  annotated: picture,
  exchange: null,
  usage: { promptTokens: 9, cachedTokens: 0, completionTokens: 5 },
  finishReason: 'stop',
};
const WHOLE_REPLY: readonly ReplyEvent[] = [
  { type: 'status', phase: 'queued', place: 1 },
  { type: 'text-delta', text: 'The heart ' },
  { type: 'text-delta', text: 'is here (1).' },
  { type: 'image', ...picture },
  { type: 'end', reply },
];
const CHOICES: ReplyEvent = {
  type: 'choices',
  private: false,
  question: 'The film seems to be upside down. Turn it?',
  refused: false,
  options: [{ code: 'turn', text: 'Turn it and read' }],
  picture,
};

/** Words that the staged conversation knows; anything else gets the whole reply. */
const conversation = () =>
  createStagedConversation(async function* ({ text }, signal, answers) {
    if (text === 'upside down' && answers === undefined) yield CHOICES;
    else if (text === 'wait') {
      yield { type: 'text-delta', text: 'The' };
      while (!signal.aborted) await sleep(5);
      yield { type: 'end', reply: { ...reply, annotated: null, finishReason: 'stopped' } };
    } else yield* WHOLE_REPLY;
  });

let staged: ReturnType<typeof conversation>;
let server: HttpServer;
let url: string;

beforeEach(async () => {
  staged = conversation();
  const logger = createLogger('silent');
  server = createHttpServer({
    logger,
    host: '127.0.0.1',
    names: [],
    ready: async () => ({}),
    id: randomUUID,
  });
  const model = { name: 'wetread-demo', demo: true };
  await server.register(createWebAdapter({ conversation: staged, model, logger, ...PAGE_OPTIONS }));
  ({ url } = await server.listen(0));
});
afterEach(() => server.close());

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${url}web/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const beginThread = async (): Promise<string> =>
  ((await (await post('threads', {})).json()) as { thread: string }).thread;
const sendFilm = (thread: string, bytes: Uint8Array): Promise<Response> =>
  fetch(`${url}web/threads/${thread}/films`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
  });
const say = async (thread: string, message: Record<string, unknown>): Promise<string> => {
  const response = await post(`threads/${thread}/messages`, { id: randomUUID(), ...message });
  expect(response.status).toBe(202);
  return ((await response.json()) as { turn: string }).turn;
};
const turnUrl = (thread: string, turn: string, what: string): string =>
  `${url}web/threads/${thread}/turns/${encodeURIComponent(turn)}/${what}`;
const codeOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { error: { code: string } }).error.code;

type Sent = { readonly type: string } & Record<string, unknown>;
const readEvents = async (response: Response): Promise<Sent[]> =>
  [...(await response.text()).matchAll(/^data: (.*)\n\n/gm)].map(
    ([, data = '']) => JSON.parse(data) as Sent,
  );
const listen = async (thread: string, turn: string): Promise<Sent[]> =>
  readEvents(await fetch(turnUrl(thread, turn, 'events')));

describe('the page', () => {
  test('is served with everything that it loads, and asks for nothing elsewhere', async () => {
    const html = await (await fetch(url)).text();
    const loads = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) =>
      match[1]!.slice(1),
    );
    expect(loads).toContain('page.js');
    for (const path of loads) expect([path, (await fetch(url + path)).status]).toEqual([path, 200]);
    expect(html).not.toMatch(/(?:src|href)="https?:/);
    expect(html).not.toMatch(/<script(?![^>]*src=)|<style|style="|\son\w+="/);
  });

  test('marks the numbers in an answer in the colours of the boxes', async () => {
    const css = await (await fetch(`${url}page.css`)).text();
    const colours = [...css.matchAll(/data-colour="?(\d)"?\]\{--box:\s*(#\w+)/g)];
    expect(colours.map(([, number, colour]) => [Number(number), colour])).toEqual(
      COLOURS.map((colour, index) => [index + 1, colour]),
    );
  });

  test('is told the model, the largest film, and samples with whose they are', async () => {
    const about = (await (await fetch(`${url}web/about`)).json()) as {
      samples: { url: string; credit: string }[];
    };
    expect(about).toMatchObject({
      model: { name: 'wetread-demo', demo: true },
      filmLimitBytes: 100 * 2 ** 20,
    });
    expect(about.samples.length).toBeGreaterThan(3);
    for (const sample of about.samples) {
      expect(sample.credit).not.toBe('');
      const film = await fetch(new URL(sample.url, url));
      expect([film.status, film.headers.get('content-type')]).toEqual([200, 'image/png']);
    }
    expect((await fetch(`${url}web/samples/..%2Fboxes`)).status).toBe(404);
  });

  test('comes compressed, and what is named by its content is asked for once', async () => {
    const html = await fetch(url, { headers: { 'accept-encoding': 'br' } });
    expect([html.headers.get('content-encoding'), html.headers.get('cache-control')]).toEqual([
      'br',
      'no-cache',
    ]);
    const script = await (await fetch(`${url}page.js`)).text();
    const later = [...new Set(script.match(/[\w.-]+-[A-Z0-9]{8}\.js/g))];
    expect(later.length).toBeGreaterThan(1);
    for (const path of later)
      expect((await fetch(url + path)).headers.get('cache-control')).toContain('immutable');
  });

  test("is nobody else's: other sites can neither read nor post, whatever they name", async () => {
    const thread = await beginThread();
    const turn = await say(thread, { text: 'Where is the heart?' });
    const { pathname } = new URL(turnUrl(thread, turn, 'film'));
    const asked = ['/', '/web/about', pathname, pathname.replace('film', 'events')];
    for (const path of asked) {
      // A name that somebody else has pointed at this machine.
      const rebound = await server.inject({ url: path, headers: { host: 'evil.example:8080' } });
      expect([path, rebound.statusCode, rebound.json().error.code]).toEqual([
        path,
        403,
        'host-refused',
      ]);
    }
    const read = await fetch(new URL(pathname, url), {
      headers: { origin: 'https://evil.example' },
    });
    expect(read.headers.get('access-control-allow-origin')).toBeNull();
    expect(read.headers.get('cross-origin-resource-policy')).toBe('same-origin');
    const posts = [
      '/web/threads',
      `/web/threads/${thread}/messages`,
      `/web/threads/${thread}/films`,
    ];
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
      for (const path of posts) {
        const response = await fetch(new URL(path, url), { method: 'POST', headers });
        expect([path, response.status, await codeOf(response)]).toEqual([
          path,
          403,
          'origin-refused',
        ]);
      }
    expect(staged.messages.length).toBe(1);
  });

  test('names threads so that they cannot be guessed', async () => {
    const threads = await Promise.all(Array.from({ length: 50 }, beginThread));
    expect(new Set(threads).size).toBe(50);
    // randomUUID: 122 bits from the system's own generator.
    for (const thread of threads)
      expect(thread).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab]/);
  });

  test('serves no file beside its own', async () => {
    for (const path of ['web.ts', '../web.ts', '..%2fweb.ts', 'page/', '.git/config']) {
      expect([path, (await fetch(url + path)).status]).toEqual([path, 404]);
    }
  });
});

describe('a message', () => {
  test('reaches the conversation as a message of this thread and of nobody else', async () => {
    const thread = await beginThread();
    await say(thread, { id: 'message-1', text: 'Where is the heart?' });
    expect(staged.messages).toEqual([
      {
        platform: 'web',
        workspace: '',
        channel: thread,
        thread,
        id: 'message-1',
        author: thread,
        standing: 'member',
        direct: true,
        text: 'Where is the heart?',
        ask: undefined,
        about: undefined,
        attachments: [],
        addressed: true,
        choose: undefined,
      },
    ]);
  });

  test('brings an uploaded film, byte for byte, once', async () => {
    const thread = await beginThread();
    const bytes = await readFile('assets/films/nih-00000001_000-pa.png');
    const { upload } = (await (await sendFilm(thread, bytes)).json()) as { upload: string };
    await say(thread, { ask: { kind: 'task', task: 'wet-read' }, film: { upload } });
    const attachment = staged.messages[0]!.attachments[0]!;
    // It lies in memory alone, so that it has to be taken in before the message is.
    expect(attachment.reference).toBeUndefined();
    const { signal } = new AbortController();
    expect(Buffer.from(await attachment.fetch(signal)).equals(bytes)).toBe(true);
    await expect(attachment.fetch(signal)).rejects.toMatchObject({ code: 'film-unavailable' });
  });

  test('brings a sample film', async () => {
    await say(await beginThread(), { text: 'Report', film: { sample: 'nih-00000001_000-pa' } });
    const film = await staged.messages[0]!.attachments[0]!.fetch(new AbortController().signal);
    expect(film).toEqual(await readFile('assets/films/nih-00000001_000-pa.png'));
  });

  test("cannot bring another visitor's film, nor a file of this machine", async () => {
    const owner = await beginThread();
    const { upload } = (await (await sendFilm(owner, new Uint8Array([1]))).json()) as {
      upload: string;
    };
    const { signal } = new AbortController();
    for (const film of [
      { upload },
      { sample: '../boxes' },
      { sample: 'nih-00000001_000-pa.png' },
    ]) {
      await say(await beginThread(), { film });
      await expect(staged.messages.at(-1)!.attachments[0]!.fetch(signal)).rejects.toMatchObject({
        code: 'film-unavailable',
      });
    }
  });

  test.each([
    ['no id', { text: 'a' }],
    ['an unknown task', { id: 'message-1', ask: { kind: 'task', task: 'cure' } }],
    ['a film of both kinds unknown', { id: 'message-1', film: { path: '/etc/passwd' } }],
    ['a number for words', { id: 'message-1', text: 7 }],
    ['nothing', null],
  ])('with %s is refused without its words', async (_what, body) => {
    const response = await post(`threads/${await beginThread()}/messages`, body);
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe('request-invalid');
    expect(staged.messages).toEqual([]);
  });

  test('to a thread that is none of ours by its form is refused', async () => {
    expect((await post('threads/1/messages', { id: 'message-1', text: 'a' })).status).toBe(400);
  });
});

describe('an upload', () => {
  test('that is empty or too large says so', async () => {
    const thread = await beginThread();
    expect(await codeOf(await sendFilm(thread, new Uint8Array(0)))).toBe('file-empty');
    const response = await server.inject({
      url: `/web/threads/${thread}/films`,
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', 'content-length': '104857601' },
      payload: '',
    });
    expect([response.statusCode, response.json().error.code]).toEqual([413, 'file-too-large']);
  });
});

describe("a turn's events", () => {
  test("are core's, with the picture by its address", async () => {
    const thread = await beginThread();
    const turn = await say(thread, { text: 'Where is the heart?' });
    const sent = await listen(thread, turn);
    const { png: _png, ...shown } = picture;
    const address = new URL(turnUrl(thread, turn, 'picture')).pathname;
    expect(sent).toEqual([
      ...WHOLE_REPLY.slice(0, 3),
      { type: 'image', ...shown, url: address },
      { type: 'end', reply: { ...reply, annotated: { ...shown, url: address } }, film: null },
    ]);
    const drawn = await fetch(new URL(address, url));
    expect(drawn.headers.get('content-type')).toBe('image/png');
    expect(drawn.headers.get('cache-control')).toBe('no-store');
    expect(new Uint8Array(await drawn.arrayBuffer())).toEqual(picture.png);
  });

  test('end with the film that they are about, which the thread alone can open', async () => {
    const thread = await beginThread();
    staged.films.set(thread, { sha256: 'a1b2', png: new Uint8Array([137, 80]) });
    const turn = await say(thread, { text: 'Where is the heart?' });
    const address = new URL(turnUrl(thread, turn, 'film')).pathname;
    const end = (await listen(thread, turn)).at(-1);
    expect(end).toMatchObject({ type: 'end', film: { url: address, name: 'a1b2' } });
    const film = await fetch(new URL(address, url));
    expect(Object.fromEntries(film.headers)).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'no-store',
      etag: '"a1b2"',
    });
    expect(new Uint8Array(await film.arrayBuffer())).toEqual(new Uint8Array([137, 80]));
    const stranger = await fetch(turnUrl(await beginThread(), turn, 'film'));
    expect([stranger.status, await codeOf(stranger)]).toEqual([404, 'turn-unknown']);
  });

  test('whose film is not kept have none to open', async () => {
    const thread = await beginThread();
    const turn = await say(thread, { text: 'Where is the heart?' });
    expect((await fetch(turnUrl(thread, turn, 'film'))).status).toBe(204);
  });

  test('come all again to whoever listens again', async () => {
    const thread = await beginThread();
    const turn = await say(thread, { text: 'Where is the heart?' });
    expect(await listen(thread, turn)).toEqual(await listen(thread, turn));
  });

  test('cannot be heard, seen, stopped or judged with another thread', async () => {
    const turn = await say(await beginThread(), { text: 'wait' });
    const other = await beginThread();
    for (const response of [
      await fetch(turnUrl(other, turn, 'picture')),
      await fetch(turnUrl(other, turn, 'stop'), { method: 'POST' }),
      await post(`threads/${other}/turns/${turn}/feedback`, { kind: 'right' }),
      await fetch(turnUrl(other, 'no such turn', 'events')),
    ]) {
      expect([response.status, await codeOf(response)]).toEqual([404, 'turn-unknown']);
    }
    const [heard, ...rest] = await listen(other, turn);
    expect(heard).toMatchObject({ type: 'error', code: 'turn-unknown' });
    expect(rest).toEqual([]);
  });

  test('are found again after a restart, when nothing but the thread and the name is left', async () => {
    const thread = randomUUID();
    const place = { platform: 'web', workspace: '', channel: thread, thread };
    const said = toMessage(thread, { id: 'message-1', text: 'Where is it?' }, () => undefined);
    staged.remember({ ...said, ...place });
    expect((await listen(thread, 'message-1')).at(-1)?.type).toBe('end');
  });

  test('come while the answer is made, and end when it is stopped', async () => {
    const thread = await beginThread();
    const turn = await say(thread, { text: 'wait' });
    const listening = listen(thread, turn);
    await sleep(30);
    expect((await fetch(turnUrl(thread, turn, 'stop'), { method: 'POST' })).status).toBe(204);
    const types = (await listening).map(({ type }) => type);
    expect(types).toEqual(['text-delta', 'end']);
  });

  test('are no longer listened to when the browser leaves', async () => {
    const thread = await beginThread();
    const turn = await say(thread, { text: 'wait' });
    const leaving = new AbortController();
    await fetch(turnUrl(thread, turn, 'events'), { signal: leaving.signal });
    // The server itself follows the turn, to tell that it is delivered.
    await expect.poll(() => staged.listeners()).toBe(2);
    leaving.abort();
    await expect.poll(() => staged.listeners()).toBe(1);
  });

  test('do not hold up the end of the server', async () => {
    const thread = await beginThread();
    const listening = fetch(turnUrl(thread, await say(thread, { text: 'wait' }), 'events'));
    const response = await listening;
    const began = performance.now();
    await Promise.all([response.text(), server.close()]);
    expect(performance.now() - began).toBeLessThan(1_800);
  });
});

describe('a choice', () => {
  test('is asked with its picture, and its answer is a turn of the same thread', async () => {
    const thread = await beginThread();
    const turn = await say(thread, { text: 'upside down' });
    const [asked] = await listen(thread, turn);
    expect(asked).toMatchObject({
      type: 'choices',
      private: false,
      options: [{ code: 'turn' }],
      picture: { url: new URL(turnUrl(thread, turn, 'picture')).pathname },
    });
    const response = await post(`threads/${thread}/turns/${encodeURIComponent(turn)}/choice`, {
      code: 'turn',
    });
    const { turn: answer } = (await response.json()) as { turn: string };
    expect((await listen(thread, answer)).at(-1)?.type).toBe('end');
  });
});

describe('feedback', () => {
  const judge = async (turn: string, thread: string, body: unknown): Promise<Response> =>
    post(`threads/${thread}/turns/${turn}/feedback`, body);

  test('reaches the conversation with the turn and the thread that gave it', async () => {
    const thread = await beginThread();
    const turn = await say(thread, { text: 'Where is the heart?' });
    const corrected = [0.1, 0.2, 0.3, 0.4];
    for (const body of [
      { kind: 'right' },
      { kind: 'wrong-finding', box: 1 },
      { kind: 'wrong-place', box: 1 },
      { kind: 'wrong-place', box: 2, corrected },
    ])
      expect((await judge(turn, thread, body)).status).toBe(204);
    expect(staged.feedbackGiven.map(({ feedback }) => feedback)).toEqual([
      { kind: 'right', box: undefined },
      { kind: 'wrong-finding', box: 1 },
      { kind: 'wrong-place', box: 1, corrected: undefined },
      { kind: 'wrong-place', box: 2, corrected },
    ]);
    expect(new Set(staged.feedbackGiven.map(({ author }) => author))).toEqual(new Set([thread]));
  });

  test.each([
    { kind: 'wrong' },
    { kind: 'wrong-place' },
    { kind: 'wrong-finding', box: 0 },
    { kind: 'wrong-place', box: 1, corrected: [0, 0, 1, 2] },
    { kind: 'wrong-place', box: 1, corrected: [0.5, 0, 0.5, 1] },
  ])('is refused when it is %o', async (body) => {
    const thread = await beginThread();
    const turn = await say(thread, { text: 'Where is the heart?' });
    expect(await codeOf(await judge(turn, thread, body))).toBe('request-invalid');
  });
});

describe('forgetting', () => {
  test('drops the thread in the core and what this server holds of it', async () => {
    const thread = await beginThread();
    const turn = await say(thread, { text: 'Where is the heart?' });
    const { upload } = (await (await sendFilm(thread, new Uint8Array([1]))).json()) as {
      upload: string;
    };
    const response = await fetch(`${url}web/threads/${thread}`, { method: 'DELETE' });
    expect(response.status).toBe(204);
    expect(staged.forgotten).toEqual([thread]);
    expect((await fetch(turnUrl(thread, turn, 'picture'))).status).toBe(404);
    await say(thread, { film: { upload } });
    const { signal } = new AbortController();
    await expect(staged.messages.at(-1)!.attachments[0]!.fetch(signal)).rejects.toMatchObject({
      code: 'film-unavailable',
    });
  });
});
