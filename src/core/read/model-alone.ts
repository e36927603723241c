import type { Model } from '../../model/model.ts';
import type { ModelAlone } from '../reading.ts';
import type { ReplyEvent } from '../reply.ts';
import { messagesOf } from './fit-history.ts';
import { noticeOf } from './notices.ts';
import { ReplyDraft } from './reply-draft.ts';

/** Tokens of an answer unless a program says otherwise: the limit that RadVLM's authors set. */
const MOST_TOKENS = 1500;

/** Asks the model with nothing around it. */
export const createModelAlone = ({ model }: { readonly model: Model }): ModelAlone => ({
  async *ask({ film, history, question, asker, program }, signal) {
    const draft = new ReplyDraft(question);
    if (model.demo) yield* draft.open(noticeOf('demo-model'));
    const { system, sampling, stop, maxTokens = MOST_TOKENS } = program;
    const messages = messagesOf(film, history, question, system);
    const request = { messages, maxTokens, sampling, stop, asker, background: false };
    yield* stream(model, request, draft, signal);
    draft.show(draft.raw);
    draft.note(noticeOf('model-alone'));
    yield* draft.notices();
    yield { type: 'end', reply: draft.reply() };
  },
});

async function* stream(
  model: Model,
  request: Parameters<Model['stream']>[0],
  draft: ReplyDraft,
  signal: AbortSignal,
): AsyncGenerator<ReplyEvent> {
  for await (const event of model.stream(request, signal)) {
    switch (event.type) {
      case 'queued':
        yield { type: 'status', phase: 'queued', place: event.place };
        break;
      case 'reading':
        yield { type: 'status', phase: 'reading', done: event.done, total: event.total };
        break;
      case 'text-delta':
        draft.raw += event.text;
        yield event;
        break;
      case 'end':
        draft.addUsage(event.usage);
        draft.finishReason = event.finishReason;
        break;
    }
  }
}
