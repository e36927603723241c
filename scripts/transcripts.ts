/**
 * Writes docs/transcripts.md: conversations that the program itself has about phantoms, with what it draws
 * (`npm run transcripts`; needs nothing but the demo checkpoint).
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { bestOverlap, type Corners } from '../bench/quality/scores.ts';
import { readConfig } from '../src/config.ts';
import type { Conversation } from '../src/core/conversation.ts';
import type { NumberedBox } from '../src/core/film.ts';
import type { Reply } from '../src/core/reply.ts';
import { createLogger } from '../src/log.ts';
import { inMemory } from '../src/main/in-memory.ts';
import { openConversation } from '../src/main/open-conversation.ts';

const PICTURES = 'docs/pictures/transcripts';
const PHANTOMS = 'test/fixtures/phantoms';

type Talk = {
  readonly phantom: string;
  readonly title: string;
  readonly about: string;
  readonly words: readonly string[];
};

const TALKS: readonly Talk[] = [
  {
    phantom: '0015',
    title: 'A finding',
    about:
      'The report names two findings. Asked about each directly, of the film alone, the model stands by one; the other is kept and not drawn.',
    words: [
      '',
      'Is there consolidation?',
      'Where is it?',
      'Zoom on it',
      'And on the other side?',
      'Where is the right lung?',
    ],
  },
  {
    phantom: '0000',
    title: 'A film without findings',
    about: 'What was denied is not located, whatever "it" is asked for. Structures are.',
    words: [
      '',
      'Is there an effusion?',
      'Where is it?',
      'Where is the right lung?',
      'And on the other side?',
      'Zoom on it',
    ],
  },
];

type Truth = {
  readonly anatomy: Readonly<Record<string, Corners>>;
  readonly findings: readonly {
    readonly kind: string;
    readonly side: string;
    readonly zone: string;
    readonly boxes: readonly Corners[];
  }[];
};

const readTruth = async (phantom: string): Promise<Truth> =>
  JSON.parse(await readFile(join(PHANTOMS, `${phantom}.json`), 'utf8')) as Truth;

const say = async (
  conversation: Conversation,
  thread: string,
  number: number,
  text: string,
  film: Uint8Array | undefined,
): Promise<Reply> => {
  const turn = await conversation.take({
    platform: 'cli',
    workspace: '',
    channel: 'transcripts',
    thread,
    id: `${thread}-${number}`,
    author: 'somebody',
    standing: 'member',
    direct: true,
    text,
    ask: undefined,
    about: undefined,
    attachments: film === undefined ? [] : [{ reference: undefined, fetch: async () => film }],
    addressed: true,
    choose: 'read',
  });
  if (turn === undefined) throw new Error('the message was not answered');
  let reply: Reply | undefined;
  for await (const event of conversation.events(turn, new AbortController().signal)) {
    if (event.type === 'end') ({ reply } = event);
    if (event.type === 'error') throw new Error(event.message);
  }
  await conversation.delivered(turn);
  if (reply === undefined) throw new Error('the reply was a question');
  return reply;
};

/** How well boxes lie where the thing is, as far as the phantom knows it. */
const sayOverlap = ({ anatomy, findings }: Truth, boxes: readonly NumberedBox[]): string => {
  const overlaps = boxes.flatMap(({ number, label, box, side }) => {
    const finding = findings.find(
      (one) => label.includes(one.kind) && (side === null || one.side === side),
    );
    const wanted = anatomy[label] ?? finding?.boxes[0];
    return wanted === undefined ? [] : [`(${number}) ${bestOverlap([box], wanted).toFixed(2)}`];
  });
  return overlaps.length === 0 ? '' : `Overlap with the truth (IoU): ${overlaps.join(', ')}`;
};

const quoted = (text: string): string =>
  text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n>\n');

const savePicture = async (name: string, png: Uint8Array): Promise<void> =>
  writeFile(join(PICTURES, `${name}.webp`), await sharp(png).webp({ quality: 82 }).toBuffer());

const writeTalk = async (conversation: Conversation, talk: Talk): Promise<string> => {
  const { phantom, title, about, words } = talk;
  const truth = await readTruth(phantom);
  const film = await readFile(join(PHANTOMS, `${phantom}.png`));
  const found = truth.findings.map(({ kind, side, zone }) => `${kind} (${side} ${zone})`);
  const parts = [
    `## ${title}`,
    `${about} In truth, phantom ${phantom} has ${found.length === 0 ? 'no finding' : found.join(', ')}.`,
  ];
  for (const [at, text] of words.entries()) {
    const reply = await say(conversation, phantom, at, text, at === 0 ? film : undefined);
    parts.push(`**${at + 1}. ${text === '' ? 'The film, without words' : text}**`);
    parts.push(quoted(reply.text.trim()));
    if (reply.annotated !== null) {
      const name = `${phantom}-${at + 1}`;
      await savePicture(name, reply.annotated.png);
      const width = Math.min(420, reply.annotated.width);
      parts.push(
        `<img src="pictures/transcripts/${name}.webp" width="${width}" alt="${reply.annotated.altText}">`,
      );
    }
    const small = [...reply.notices.map((notice) => notice.text), sayOverlap(truth, reply.boxes)];
    parts.push(`<sub>${small.filter((line) => line !== '').join(' ')}</sub>`);
  }
  return parts.join('\n\n');
};

await rm(PICTURES, { recursive: true, force: true });
await mkdir(PICTURES, { recursive: true });
const opened = await openConversation({
  ...inMemory(),
  config: readConfig(process.env),
  logger: createLogger('error'),
  onConverting: () => undefined,
  signal: new AbortController().signal,
});
const talks: string[] = [];
for (const talk of TALKS) talks.push(await writeTalk(opened.conversation, talk));
await opened.close(0);
await writeFile(
  'docs/transcripts.md',
  [
    '# Two conversations',
    'Had by the program itself with the demo checkpoint about drawn films ("phantoms"), and written down by `npm run transcripts`. The demo is a\ndemonstration: its findings mean nothing on a patient.',
    ...talks,
    '',
  ].join('\n\n'),
);
