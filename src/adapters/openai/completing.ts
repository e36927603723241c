import type { Film } from '../../core/film.ts';
import { noticeOf } from '../../core/read/notices.ts';
import type { ProgramOptions, Reading, ReadingRequest, Task } from '../../core/reading.ts';
import type { Notice, Reply } from '../../core/reply.ts';
import { ERRORS, type ErrorCode, WetreadError } from '../../errors.ts';
import type { Model, ModelMessage, Usage } from '../../model/model.ts';
import type { Mode } from './model-id.ts';
import { exchangesIn, type Told } from './told.ts';
import type { ChatRequest, Extension } from './wire.ts';

/** What makes an answer, on its way. */
export type CompletionEvent =
  /** The question is in the queue, or being worked on. */
  | { readonly type: 'accepted' }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'end'; readonly ending: Ending }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string };

export type Ending = {
  readonly finishReason: 'stop' | 'length';
  readonly usage: Usage;
  readonly extension: Extension;
};

export type Question = {
  readonly mode: Mode;
  readonly request: ChatRequest;
  readonly told: Told;
  /** undefined: there is none, which the model alone can do without. */
  readonly film: Film | undefined;
  readonly filmNotices: readonly Notice[];
  readonly asker: string;
};

/** The authors' own limit, for the model alone; a longer context's end may come later. */
const RAW_TOKENS = 1500;

/** Answers a question as its model id says. After an abort the iteration throws the signal's reason. */
export const complete = (
  parts: { readonly model: Model; readonly reading: Reading },
  question: Question,
  signal: AbortSignal,
): AsyncIterable<CompletionEvent> =>
  question.mode === 'raw'
    ? completeRaw(parts.model, question, signal)
    : completeReading(parts.reading, question, question.mode, signal);

async function* completeReading(
  reading: Reading,
  question: Question,
  mode: Exclude<Mode, 'raw'>,
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent> {
  for await (const event of reading.read(readingRequest(question, mode), signal)) {
    switch (event.type) {
      case 'status':
        yield { type: 'accepted' };
        break;
      case 'text-delta':
        yield { type: 'text', text: event.text };
        break;
      case 'end':
        signal.throwIfAborted();
        yield { type: 'end', ending: endingOf(event.reply, noticesBefore(question, mode)) };
        break;
      case 'error':
        yield { type: 'failed', code: knownCode(event.code), message: event.message };
        break;
      // A picture and notices are in the ending; a reading asks nothing back.
      case 'image':
      case 'notice':
      case 'choices':
        break;
    }
  }
}

const readingRequest = (
  { request, told, film, filmNotices, asker }: Question,
  mode: 'question' | Task,
): ReadingRequest => {
  if (film === undefined) throw new WetreadError('film-needed');
  const { history, question } = exchangesIn(told);
  return {
    film,
    history,
    ask: mode === 'question' ? { kind: 'free', text: question } : { kind: 'task', task: mode },
    asker,
    filmNotices,
    program: {
      ...generationOf(request),
      system: told.system,
      draw: request.wetread?.annotate === true,
    },
  };
};

const generationOf = ({
  temperature = 0,
  top_p: topP = 1,
  seed,
  stop = [],
  max_tokens: most,
  max_completion_tokens: mostCompletion,
}: ChatRequest): Pick<ProgramOptions, 'sampling' | 'maxTokens' | 'stop'> => ({
  sampling: { temperature, topP, seed },
  maxTokens: mostCompletion ?? most,
  stop: typeof stop === 'string' ? [stop] : stop,
});

async function* completeRaw(
  model: Model,
  { request, told, film, asker }: Question,
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent> {
  const { maxTokens = RAW_TOKENS, ...generation } = generationOf(request);
  const asked = { ...generation, maxTokens, asker, background: false };
  let text = '';
  for await (const event of model.stream({ ...asked, messages: rawMessages(told, film) }, signal)) {
    switch (event.type) {
      case 'queued':
      case 'reading':
        yield { type: 'accepted' };
        break;
      case 'text-delta':
        text += event.text;
        yield { type: 'text', text: event.text };
        break;
      case 'end': {
        const { usage, finishReason } = event;
        const notices = [
          ...(model.demo ? [noticeOf('demo-model')] : []),
          ...cutNotice(told),
          noticeOf('model-alone'),
        ];
        const extension = { text, boxes: [], notices, choices: [], annotated: null };
        yield { type: 'end', ending: { finishReason, usage, extension } };
        break;
      }
    }
  }
}

/** The film goes first, where such models were taught to see it. */
const rawMessages = ({ system, turns }: Told, film: Film | undefined): ModelMessage[] => {
  const messages = turns.map(({ role, text }, at) => ({
    role,
    text,
    images: film !== undefined && at === 0 ? [film] : [],
  }));
  return system === '' ? messages : [{ role: 'system', text: system, images: [] }, ...messages];
};

const noticesBefore = ({ told }: Question, mode: 'question' | Task): readonly Notice[] => [
  ...cutNotice(told),
  ...(mode !== 'question' && told.turns.at(-1)?.text.trim() !== ''
    ? [noticeOf('task-by-id', { task: mode })]
    : []),
];

const cutNotice = ({ cut }: Told): readonly Notice[] => (cut ? [noticeOf('before-film-cut')] : []);

const endingOf = (reply: Reply, before: readonly Notice[]): Ending => ({
  finishReason: reply.finishReason === 'length' ? 'length' : 'stop',
  usage: reply.usage,
  extension: {
    text: reply.text,
    boxes: reply.boxes.map(({ number, label, box, pixels, sentence, side }) => ({
      number,
      label,
      box: [...box],
      pixels: [...pixels],
      sentence,
      side,
    })),
    notices: [...before, ...reply.notices],
    choices: [],
    annotated:
      reply.annotated === null
        ? null
        : `data:image/png;base64,${Buffer.from(reply.annotated.png).toString('base64')}`,
  },
});

const knownCode = (code: string): ErrorCode =>
  Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'internal';
