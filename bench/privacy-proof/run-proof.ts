import { Writable } from 'node:stream';
import sharp from 'sharp';
import { readConfig } from '../../src/config.ts';
import { TextFinder } from '../../src/core/text-gate/text-finder.ts';
import { createLogger } from '../../src/log.ts';
import { Server } from '../../src/main/server.ts';
import { startEndpointServer } from '../../test/support/endpoint-server.ts';
import { startSlack, type Slack } from '../../test/support/slack/slack.ts';
import { makeUploads, type Upload } from './make-upload.ts';
import { filesIn, findSecrets, picturesIn, type Searched } from './searched.ts';

export type Proof = {
  readonly uploads: number;
  /** How many were read only after their masked film was confirmed. */
  readonly confirmed: number;
  /** Files, logged lines, requests and replies that were searched, and the pictures among them that were read. */
  readonly searched: Readonly<Record<string, number>>;
  readonly pictures: number;
  /** An identifier, and where it was found. */
  readonly found: readonly string[];
};

/** A loaded machine may take minutes for a film. */
const PATIENCE_MS = 300_000;

/**
 * Runs a server with page and Slack over an endpoint, uploads films that hold identifiers in tags, names, EXIF, comments
 * and pixels, has them read, and searches everything that is left: bytes for what was in the files, pictures, by the
 * recogniser, for what was in the pixels. `folder`: an empty one, for the server's data.
 */
export const proveUploads = async (options: {
  readonly count: number;
  readonly seed: number;
  readonly folder: string;
  /** BURNED_IN_TEXT; `warn` is for seeing that what is left can be found. */
  readonly textPolicy?: 'mask' | 'warn';
}): Promise<Proof> => {
  const { count, seed, folder, textPolicy = 'mask' } = options;
  const endpoint = await startEndpointServer();
  const slack = await startSlack();
  const log: Buffer[] = [];
  const server = new Server(
    readConfig({
      DATA_DIR: folder,
      PORT: '0',
      MODEL_URL: endpoint.url,
      BURNED_IN_TEXT: textPolicy,
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
    }),
    createLogger('trace', collecting(log)),
  );
  const url = (await server.open(new AbortController().signal)) ?? '';
  await slack.until('it is connected', () => slack.sockets.open > 0, PATIENCE_MS);
  const replies: Buffer[] = [];
  const uploads: Upload[] = [];
  let confirmed = 0;
  for await (const upload of makeUploads(count, seed)) {
    const isConfirmed =
      uploads.length % 2 === 0
        ? await sendToPage(url, upload, replies)
        : await sendToSlack(slack, upload);
    if (isConfirmed) confirmed += 1;
    uploads.push(upload);
  }
  await server.close(0);
  const searched: Searched = new Map<string, readonly Buffer[]>([
    ['data', await filesIn(folder)],
    ['log', log],
    [
      'endpoint',
      endpoint.requests.map((request) => Buffer.from(JSON.stringify(request.body ?? ''))),
    ],
    ['page', replies],
    ['slack', writtenToSlack(slack)],
  ]);
  await endpoint.close();
  await slack.close();
  return { uploads: count, confirmed, ...(await search(searched, uploads)) };
};

const collecting = (lines: Buffer[]): Writable =>
  new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(Buffer.from(line));
      done();
    },
  });

/** As the page does. True: the masked film had to be confirmed. */
const sendToPage = async (url: string, upload: Upload, replies: Buffer[]): Promise<boolean> => {
  const post = async (path: string, body: unknown): Promise<Record<string, string>> => {
    const isFile = Buffer.isBuffer(body);
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': isFile ? 'application/octet-stream' : 'application/json' },
      body: isFile ? new Uint8Array(body) : JSON.stringify(body),
    });
    return (await response.json()) as Record<string, string>;
  };
  const { thread } = await post('web/threads', {});
  const film = await post(`web/threads/${thread}/films`, upload.bytes);
  const text = 'How is the heart?';
  let { turn } = await post(`web/threads/${thread}/messages`, { id: 'message-1', text, film });
  let confirmed = false;
  for (;;) {
    const path = `web/threads/${thread}/turns/${turn}`;
    const events = await (await fetch(`${url}${path}/events`)).text();
    replies.push(Buffer.from(events));
    const picture = await fetch(`${url}${path}/picture`);
    if (picture.ok) replies.push(Buffer.from(await picture.arrayBuffer()));
    const code = /"options":\[\{"code":"([a-z-]+)"/.exec(events)?.[1];
    if (code === undefined) return confirmed;
    confirmed ||= code.startsWith('masked');
    turn = (await post(`${path}/choice`, { code }))['turn'];
  }
};

/** In direct messages, under the file's name. True: the masked film had to be confirmed. */
const sendToSlack = async (slack: Slack, { bytes, fileName }: Upload): Promise<boolean> => {
  const by = slack.user('resident');
  const channel = slack.direct(by);
  const films = [{ bytes, name: fileName }];
  const thread = slack.post({ by, channel, text: 'How is the heart?', films });
  const pressed = new Set<string>();
  let confirmed = false;
  for (;;) {
    const reply = await slack.until(
      'a reply',
      () => slack.replies(channel, thread).find((one) => isWhole(one) && !pressed.has(one.ts)),
      PATIENCE_MS,
    );
    const choice = reply.buttons.find(({ actionId }) => actionId.startsWith('wetread:choose:'));
    if (choice === undefined) return confirmed;
    confirmed ||= choice.actionId.includes('masked');
    pressed.add(reply.ts);
    slack.press(by, channel, reply.ts, choice.label);
  }
};

type Shown = ReturnType<Slack['replies']>[number];

const isWhole = ({ streaming, buttons, pictures }: Shown): boolean =>
  pictures.length === 0 && !streaming && buttons.every(({ label }) => label !== 'Stop');

const writtenToSlack = (slack: Slack): readonly Buffer[] => {
  const channel = slack.direct(slack.user('resident'));
  const own = slack.shown(channel).filter(({ by }) => by === 'bot');
  const pictures = own.flatMap((message) =>
    message.pictures.map(({ bytes }) => Buffer.from(bytes)),
  );
  const words = own.map((message) => Buffer.from(JSON.stringify({ ...message, pictures: [] })));
  return [...words, ...pictures];
};

const search = async (
  searched: Searched,
  uploads: readonly Upload[],
): Promise<Pick<Proof, 'searched' | 'pictures' | 'found'>> => {
  const found = [
    ...findSecrets(
      searched,
      uploads.flatMap(({ secrets }) => secrets),
    ),
  ];
  const parts = uploads.flatMap(({ written }) => tellingParts(written));
  const finder = await TextFinder.open(2);
  const pictures = picturesIn(searched);
  for (const png of pictures) {
    const { data, info } = await sharp(png).greyscale().raw().toBuffer({ resolveWithObject: true });
    const lines = await finder.read({ data, width: info.width, height: info.height });
    for (const { text } of lines)
      if (parts.some((part) => plain(text).includes(part))) found.push(`"${text}" in a picture`);
  }
  await finder.close();
  const counts = Object.fromEntries([...searched].map(([where, all]) => [where, all.length]));
  return { searched: counts, pictures: pictures.length, found };
};

/** Letters and digits in a row by which what was written would be known: five of a word or number, six of the whole. */
const tellingParts = (written: string): readonly string[] => {
  const words = written.split(/[^\p{L}\p{N}]+/u).map(plain);
  const whole = plain(written);
  const runs = Array.from({ length: Math.max(0, whole.length - 5) }, (_, at) =>
    whole.slice(at, at + 6),
  );
  return [...words.filter((word) => word.length >= 5), ...runs];
};

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
