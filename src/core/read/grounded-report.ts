import { createBoxStream } from '../grounding/box-stream.ts';
import type { ReplyEvent } from '../reply.ts';
import { claimsOf } from './assertions.ts';
import { FindingChecks } from './finding-checks.ts';
import { noticeOf } from './notices.ts';
import type { ReadingStep } from './reading-step.ts';
import { ReportSentences } from './report-sentences.ts';

/**
 * The wet read: a plain report, each finding of which is asked about on the film alone and, if the model says yes,
 * located. Its sentences appear in order, each only when its mark is known.
 *
 * The report has ended before the first question is asked: while it runs it holds the only place that the queue may
 * have. Until its first positive sentence the report appears as it is written.
 */
export async function* groundedReport(step: ReadingStep): AsyncGenerator<ReplyEvent> {
  const { draft, lexicon, profile } = step;
  const question = profile.tasks.report;
  const report = new ReportSentences();
  const waiting: string[] = [];
  // A place that the report itself claims has not been asked for.
  const words = createBoxStream({
    scale: profile.boxScale,
    shown: false,
    firstNumber: 1,
    subject: 'place',
    objection: () => null,
  });
  const isPositive = (sentence: string): boolean => claimsOf(sentence, lexicon).kind === 'positive';
  const take = function* (sentences: readonly string[]): Generator<ReplyEvent> {
    for (const sentence of sentences) {
      if (waiting.length > 0 || isPositive(sentence)) waiting.push(sentence);
      else yield* draft.say(sentence);
    }
  };

  for await (const event of step.asking.inConversation(question)) {
    if (event.type !== 'text-delta') {
      yield event;
      continue;
    }
    if (draft.raw === '') yield { type: 'status', phase: 'answering' };
    draft.raw += event.text;
    draft.exchange = { question, answer: draft.raw, gate: false };
    yield* take(report.push(words.push(event.text)));
  }
  yield* take([...report.push(words.finish().rest), ...report.finish()]);
  if (draft.finishReason === 'length') draft.note(noticeOf('cut-short'));

  const checks = new FindingChecks(step, waiting);
  for (const sentence of waiting) yield* draft.say(yield* checks.mark(sentence));
}
