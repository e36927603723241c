import type { Film } from '../../core/film.ts';
import { noticeOf } from '../../core/read/notices.ts';
import type {
  AloneRequest,
  Ask,
  ModelAlone,
  ProgramOptions,
  Reading,
  ReadingRequest,
  Task,
} from '../../core/reading.ts';
import type { Notice, Reply } from '../../core/reply.ts';
import { ERRORS, type ErrorCode, WetreadError } from '../../errors.ts';
import { toDataUri } from './data-uri.ts';
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
  readonly usage: Reply['usage'];
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

/** Answers a question as its model id says. After an abort the iteration throws the signal's reason. */
export async function* complete(
  { reading, alone }: { readonly reading: Reading; readonly alone: ModelAlone },
  question: Question,
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent> {
  const { mode } = question;
  const events =
    mode === 'raw'
      ? alone.ask(aloneRequest(question), signal)
      : reading.read(readingRequest(question, mode), signal);
  for await (const event of events) {
    switch (event.type) {
      case 'status':
        yield { type: 'accepted' };
        break;
      case 'text-delta':
        yield { type: 'text', text: event.text };
        break;
      case 'end':
        signal.throwIfAborted();
        yield { type: 'end', ending: endingOf(event.reply, noticesBefore(question)) };
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

const readingRequest = (asked: Question, mode: 'question' | Task): ReadingRequest => {
  const { told, film, filmNotices, asker } = asked;
  if (film === undefined) throw new WetreadError('film-needed');
  const { history, question } = exchangesIn(told);
  const ask: Ask =
    mode === 'question' ? { kind: 'free', text: question } : { kind: 'task', task: mode };
  return { film, history, ask, asker, filmNotices, program: programOptions(asked) };
};

const aloneRequest = (asked: Question): AloneRequest => {
  const { film, asker } = asked;
  return { film, ...exchangesIn(asked.told), asker, program: programOptions(asked) };
};

const programOptions = ({ request, told }: Question): ProgramOptions => {
  const { temperature = 0, top_p: topP = 1, seed, stop = [] } = request;
  return {
    sampling: { temperature, topP, seed },
    maxTokens: request.max_completion_tokens ?? request.max_tokens,
    stop: typeof stop === 'string' ? [stop] : stop,
    system: told.system,
    draw: request.wetread?.annotate === true,
  };
};

const noticesBefore = ({ told, mode, filmNotices }: Question): readonly Notice[] => [
  // A reading has them among its own.
  ...(mode === 'raw' ? filmNotices : []),
  ...(told.cut ? [noticeOf('before-film-cut')] : []),
  ...(mode !== 'question' && mode !== 'raw' && told.turns.at(-1)?.text.trim() !== ''
    ? [noticeOf('task-by-id', { task: mode })]
    : []),
];

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
    annotated: reply.annotated === null ? null : toDataUri(reply.annotated.png),
  },
});

const knownCode = (code: string): ErrorCode =>
  Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'internal';
