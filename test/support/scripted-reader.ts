import type { Film } from '../../src/core/film.ts';
import type { Ask, Reading } from '../../src/core/reading.ts';
import { createReading } from '../../src/core/read/create-reading.ts';
import { DEMO_PROFILE } from '../../src/core/profile/demo.ts';
import type { Profile } from '../../src/core/profile/profile.ts';
import type { Annotator, SheetMark } from '../../src/core/drawing/annotator.ts';
import type { Exchange, Notice, Reply, ReplyEvent } from '../../src/core/reply.ts';
import { createLogger } from '../../src/log.ts';
import type { Model, ModelRequest } from '../../src/model/model.ts';
import { collect } from './collect.ts';
import {
  createScriptedModel,
  type ScriptedModel,
  type ScriptedModelOptions,
} from './scripted-model.ts';

/** The last question of a request. */
export const questionIn = ({ messages }: ModelRequest): string => messages.at(-1)?.text ?? '';

/** A film for tests that draw nothing. */
export const filmNamed = (name: string): Film => ({
  sha256: name,
  width: 100,
  height: 200,
  channels: 1,
  png: new Uint8Array([1]),
});

/** Right lung, left lung, and with them the midline at 0.5. */
const LUNGS: Readonly<Record<string, string>> = {
  'Where is the right lung located in this Chest X-ray?':
    'The right lung is located at [0.10, 0.10, 0.45, 0.80].',
  'Where is the left lung located in this Chest X-ray?':
    'The left lung is located at [0.55, 0.10, 0.90, 0.80].',
};

export type Answers = Readonly<Record<string, string | readonly string[]>>;

/** Answers by the last question's words; a question that is not listed fails the test. */
export const createReader = (
  answers: Answers,
  options: Omit<ScriptedModelOptions, 'script'> = {},
): ScriptedModel => {
  const all: Answers = { ...LUNGS, ...answers };
  return createScriptedModel({
    ...options,
    script: (request) => {
      const answer = all[questionIn(request)];
      if (answer === undefined) throw new Error(`not scripted: ${questionIn(request)}`);
      return answer;
    },
  });
};

/** Draws nothing, and keeps what it was to draw. */
export const createBlankAnnotator = () => {
  const drawn: { readonly width: number; readonly numbers: readonly number[] }[] = [];
  const sheets: (readonly SheetMark[])[] = [];
  return {
    drawn,
    sheets,
    async annotate(film, boxes) {
      drawn.push({ width: film.width, numbers: boxes.map(({ number }) => number) });
      return { png: new Uint8Array([2]), width: film.width, height: film.height, altText: 'drawn' };
    },
    async teachingSheet(film, { boxes, marks }) {
      drawn.push({ width: film.width, numbers: boxes.map(({ number }) => number) });
      sheets.push(marks);
      return { png: new Uint8Array([4]), width: film.width, height: film.height, altText: 'sheet' };
    },
    async contactSheet(films) {
      const altText = films.map(({ number }) => number).join(', ');
      return { png: new Uint8Array([3]), width: 300, height: 100, altText };
    },
  } satisfies Annotator & Record<string, unknown>;
};

export const createTestReading = (
  model: Model,
  profile: Profile = DEMO_PROFILE,
  annotator: Annotator = createBlankAnnotator(),
): Reading =>
  createReading({ model, profile, annotator, logger: createLogger('silent'), id: () => 'id' });

export type Asked = {
  readonly ask: Ask | string;
  readonly history?: readonly Exchange[];
  readonly film?: Film;
  readonly filmNotices?: readonly Notice[];
  readonly signal?: AbortSignal;
};

export const eventsOf = (reading: Reading, { ask, history, film, filmNotices, signal }: Asked) =>
  reading.read(
    {
      film: film ?? filmNamed('film'),
      history: history ?? [],
      ask: typeof ask === 'string' ? { kind: 'free', text: ask } : ask,
      asker: 'somebody',
      filmNotices: filmNotices ?? [],
    },
    signal ?? new AbortController().signal,
  );

export const replyOf = async (reading: Reading, asked: Asked): Promise<Reply> =>
  replyIn(await collect(eventsOf(reading, asked)));

export const replyIn = (events: readonly ReplyEvent[]): Reply => {
  const last = events.at(-1);
  if (last?.type !== 'end') throw new Error(`the reply ended in ${JSON.stringify(last)}`);
  return last.reply;
};

export const textIn = (events: readonly ReplyEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

export const codesOf = (notices: readonly Notice[]): string[] => notices.map(({ code }) => code);
