import { z } from 'zod';
import {
  INTAKE_CHOICES,
  type Notice,
  type Picture,
  type Reply,
  type ReplyEvent,
} from '../../core/reply.ts';
import type { FilmFacts, OpenConversation } from './parts.ts';

const share = z.number().min(0).max(1);
const pixel = z.int().min(0);
const count = z.int().min(0);
const said = z.strictObject({
  code: z.string().describe('stable'),
  text: z.string().describe('a sentence for the user'),
});

const BOX = z.strictObject({
  number: z.int().min(1).describe('as in text, "(1)", and on the picture'),
  label: z.string().describe('what the box is of'),
  box: z
    .tuple([share, share, share, share])
    .describe('x1, y1, x2, y2 as shares of width and height, origin top left'),
  pixels: z
    .tuple([pixel, pixel, pixel, pixel])
    .describe('x1, y1 inclusive, x2, y2 exclusive, pixels of the film'),
  side: z.enum(['right', 'left']).nullable().describe("the patient's side"),
  sentence: z.string().describe('the sentence of text that the box belongs to'),
});

/** What intake asks about the one film of this command; `--choose` answers it beforehand. */
const INTAKE_CHOICE = z.enum(INTAKE_CHOICES);

const ANSWER = z.strictObject({
  film: z.strictObject({
    width: z.int().min(1),
    height: z.int().min(1),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe('of the upright 8-bit pixels, rows top to bottom'),
    removed: z.array(z.string()).describe('kinds of things in the file beside its pixels'),
  }),
  model: z.strictObject({
    name: z.string(),
    version: z.string(),
    demo: z.boolean().describe('a demonstration whose findings are not to be believed'),
  }),
  question: z.string().describe('what was asked; of an open question, what the film needs'),
  text: z.string().describe('the answer; "(1)" stands where the model wrote coordinates'),
  raw: z.string().describe("the model's own text; of a grounded report, the report's"),
  boxes: z.array(BOX),
  notices: z.array(said),
  choices: z
    .array(z.strictObject({ ...said.shape, code: INTAKE_CHOICE }))
    .describe('not empty: nothing was read; choose with --choose CODE'),
  usage: z.strictObject({ promptTokens: count, cachedTokens: count, completionTokens: count }),
  annotated: z
    .strictObject({ path: z.string(), width: z.int().min(1), height: z.int().min(1) })
    .nullable()
    .describe(
      'the film with its boxes, or the masked film that is asked about, written there; null when there was nothing to draw',
    ),
});

const FAILURE = z.strictObject({
  error: z.strictObject({
    code: z.string().describe('of docs/errors.md'),
    message: z.string().describe('a sentence for the user'),
  }),
});

/** What `wetread read --json` prints; docs/read.schema.json is this as JSON Schema. */
export const READ_OUTPUT = z.union([ANSWER, FAILURE]);

type ChoicesEvent = Extract<ReplyEvent, { type: 'choices' }>;

export type ReadOutput = z.infer<typeof READ_OUTPUT>;
type ReadAnswer = z.infer<typeof ANSWER>;

export const answerOutput = (
  film: FilmFacts,
  model: OpenConversation['model'],
  reply: Reply,
  notices: readonly Notice[],
  annotatedPath: string,
): ReadAnswer => ({
  film: filmOutput(film),
  model: modelOutput(model),
  question: reply.question,
  text: reply.text,
  raw: reply.raw,
  boxes: reply.boxes.map(({ number, label, box, pixels, side, sentence }) => ({
    number,
    label,
    box: [...box],
    pixels: [...pixels],
    side,
    sentence,
  })),
  notices: [...notices],
  choices: [],
  usage: { ...reply.usage },
  annotated: pictureOutput(reply.annotated, annotatedPath),
});

export const choicesOutput = (
  film: FilmFacts,
  model: OpenConversation['model'],
  { question, options, picture }: ChoicesEvent,
  notices: readonly Notice[],
  picturePath: string,
): ReadAnswer => ({
  film: filmOutput(film),
  model: modelOutput(model),
  question,
  text: '',
  raw: '',
  boxes: [],
  notices: [...notices],
  choices: options.flatMap(({ code, text }) => {
    const choice = INTAKE_CHOICE.safeParse(code);
    return choice.success ? [{ code: choice.data, text }] : [];
  }),
  usage: { promptTokens: 0, cachedTokens: 0, completionTokens: 0 },
  annotated: pictureOutput(picture, picturePath),
});

const pictureOutput = (picture: Picture | null, path: string): ReadAnswer['annotated'] =>
  picture && { path, width: picture.width, height: picture.height };

const filmOutput = ({ width, height, sha256, removed }: FilmFacts) => ({
  width,
  height,
  sha256,
  removed: [...removed],
});

const modelOutput = ({ name, version, demo }: OpenConversation['model']) => ({
  name,
  version,
  demo,
});
