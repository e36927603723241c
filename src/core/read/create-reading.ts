import { WetreadError, toWetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Model } from '../../model/model.ts';
import type { Annotator } from '../drawing/annotator.ts';
import { createLexicon, type Lexicon } from '../profile/lexicon.ts';
import type { Profile } from '../profile/profile.ts';
import type { Ask, Reading, ReadingRequest, Task } from '../reading.ts';
import type { ReplyEvent } from '../reply.ts';
import { answerLocate, answerWords } from './answer-question.ts';
import { answerAsWritten, answerTaskAsWritten } from './answer-as-written.ts';
import { Asking } from './asking.ts';
import { FilmMidlines } from './film-midlines.ts';
import { groundedReport } from './grounded-report.ts';
import { noticeOf } from './notices.ts';
import type { ReadingStep } from './reading-step.ts';
import { isPronoun, recognise, taughtName, thingIn } from './recognise.ts';
import { ReplyDraft } from './reply-draft.ts';
import { sayAnswer } from './say-answer.ts';

export type ReadingOptions = {
  readonly model: Model;
  /** What this model was taught: `chooseProfile`. */
  readonly profile: Profile;
  readonly annotator: Annotator;
  readonly logger: Logger;
  /** A fresh id, by which a failure is found in the log. */
  readonly id: () => string;
};

/** Reads films with a model: the task's wording, the presence gate, boxes, sides and the drawing. */
export const createReading = (options: ReadingOptions): Reading => {
  const { model, profile } = options;
  const lexicon = createLexicon(profile);
  const midlines = new FilmMidlines(profile);

  return {
    async *read(request, signal) {
      const ask = request.program === undefined ? commanded(request.ask) : request.ask;
      const draft = new ReplyDraft(questionOf(request.ask, profile, lexicon));
      const asking = new Asking(model, profile, request, draft, signal);
      const { film, history } = request;
      const step: ReadingStep = { film, history, profile, lexicon, midlines, asking, draft };
      try {
        if (model.demo) yield* draft.open(noticeOf('demo-model'));
        signal.throwIfAborted();
        yield* request.program === undefined ? answer(step, ask) : answerProgram(step, ask);
        if (draft.boxes.length > 0) draft.note(noticeOf('legend'));
        if (request.program?.draw !== false) yield* draw(options, step, signal);
        noteAtTheEnd(request, draft);
        yield* draft.notices();
        yield { type: 'end', reply: draft.reply() };
      } catch (error) {
        yield* signal.aborted ? stopped(request, draft) : failed(options, error);
      }
    },
  };
};

/** Words that are a task's name are the task. */
const commanded = (ask: Ask): Ask => {
  if (ask.kind !== 'free') return ask;
  const found = recognise(ask.text);
  return found.kind === 'task' ? found : ask;
};

const questionOf = (ask: Ask, profile: Profile, lexicon: Lexicon): string => {
  switch (ask.kind) {
    case 'task':
      return wordingOf(ask.task, profile);
    case 'locate': {
      const what = thingIn(ask.what);
      return isPronoun(what) ? 'Where is it?' : profile.locate(taughtName(what, lexicon));
    }
    case 'free':
      return ask.text;
  }
};

const wordingOf = (task: Task, profile: Profile): string =>
  profile.tasks[task === 'wet-read' ? 'report' : task];

async function* answer(step: ReadingStep, ask: Ask): AsyncGenerator<ReplyEvent> {
  switch (ask.kind) {
    case 'task':
      if (ask.task === 'wet-read') yield* groundedReport(step);
      else
        yield* sayAnswer(step, {
          text: wordingOf(ask.task, step.profile),
          subject: 'place',
          shown: true,
          denies: () => false,
        });
      break;
    case 'locate':
      if (ask.what.trim() === '') throw new WetreadError('question-empty');
      yield* answerLocate(step, ask.what);
      break;
    case 'free':
      if (ask.text.trim() === '') throw new WetreadError('question-empty');
      yield* answerWords(step, ask.text);
      break;
  }
}

/** The model's own words, whatever is asked; but a wet read is ours. */
async function* answerProgram(step: ReadingStep, ask: Ask): AsyncGenerator<ReplyEvent> {
  if (ask.kind === 'task') {
    if (ask.task === 'wet-read') yield* groundedReport(step);
    else yield* answerTaskAsWritten(step, wordingOf(ask.task, step.profile));
    return;
  }
  const text = ask.kind === 'free' ? ask.text : questionOf(ask, step.profile, step.lexicon);
  if (text.trim() === '') throw new WetreadError('question-empty');
  yield* answerAsWritten(step, text);
}

/** The picture comes with the words, but the words do not fail with it. */
async function* draw(
  { annotator, model, logger, id }: ReadingOptions,
  { film, draft }: ReadingStep,
  signal: AbortSignal,
): AsyncGenerator<ReplyEvent> {
  if (draft.boxes.length === 0) return;
  signal.throwIfAborted();
  yield { type: 'status', phase: 'drawing' };
  try {
    const strip = { model: model.name, demo: model.demo };
    draft.annotated = await annotator.annotate(film, draft.boxes, strip);
  } catch (error) {
    logger.error({ id: id(), error }, 'the boxes could not be drawn');
    draft.note(noticeOf('not-drawn'));
    return;
  }
  yield { type: 'image', ...draft.annotated };
}

const noteAtTheEnd = (request: ReadingRequest, draft: ReplyDraft): void => {
  const { history, filmNotices, program } = request;
  if (program !== undefined && program.system !== '') draft.note(noticeOf('system-message'));
  for (const notice of filmNotices) draft.note(notice);
  if (history.length > 0) return;
  draft.note(noticeOf('sides-assume-orientation'));
  draft.note(noticeOf('preliminary'));
};

function* stopped(request: ReadingRequest, draft: ReplyDraft): Generator<ReplyEvent> {
  draft.finishReason = 'stopped';
  noteAtTheEnd(request, draft);
  yield* draft.notices();
  yield { type: 'end', reply: draft.reply() };
}

function* failed({ logger, id }: ReadingOptions, error: unknown): Generator<ReplyEvent> {
  const number = id();
  const failure = toWetreadError(error, number);
  const level = failure.kind === 'internal' ? 'error' : 'warn';
  logger[level]({ id: number, code: failure.code, error }, 'a reading failed');
  yield {
    type: 'error',
    code: failure.code,
    message: failure.message,
    retryable: failure.retryable,
  };
}
