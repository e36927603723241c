import type { Model, ModelMessage, ModelEvent } from '../../model/model.ts';
import type { Profile } from '../profile/profile.ts';
import type { ProgramOptions, ReadingRequest } from '../reading.ts';
import type { ReplyEvent } from '../reply.ts';
import { fitHistory, messagesOf } from './fit-history.ts';
import { noticeOf } from './notices.ts';
import type { ReplyDraft } from './reply-draft.ts';

/**
 * Tokens of an answer to one of our own questions: a yes with its sentence, or a place with several boxes of about
 * 25 tokens each. A model that rambles is cut; a short profile limit wins.
 */
const OWN_QUESTION_TOKENS = 400;

/** What history is cut to leave room for: a long report. An answer may be longer when there is room. */
const ANSWER_ROOM_TOKENS = 512;

/** What the answer is made with unless a program says otherwise; always, for questions of our own. */
const GREEDY: Pick<ProgramOptions, 'sampling' | 'stop'> = {
  sampling: { temperature: 0, topP: 1, seed: undefined },
  stop: [],
};

/** Asks the model for one reply: every question of it, its tokens counted. */
export class Asking {
  readonly #model: Model;
  readonly #profile: Profile;
  readonly #request: ReadingRequest;
  readonly #draft: ReplyDraft;
  readonly #signal: AbortSignal;

  constructor(
    model: Model,
    profile: Profile,
    request: ReadingRequest,
    draft: ReplyDraft,
    signal: AbortSignal,
  ) {
    this.#model = model;
    this.#profile = profile;
    this.#request = request;
    this.#draft = draft;
    this.#signal = signal;
  }

  /** The user's question, with the conversation so far: statuses for the user, and the model's words. */
  async *inConversation(question: string): AsyncGenerator<ReplyEvent, void> {
    const { film, history, program } = this.#request;
    const maxTokens = Math.min(this.#profile.maxTokens, program?.maxTokens ?? Infinity);
    const room = Math.min(maxTokens, ANSWER_ROOM_TOKENS);
    const told = { film, history, question, system: program?.system ?? '' };
    const { messages, cut } = await fitHistory(this.#model, told, room);
    if (cut > 0) this.#draft.note(noticeOf('history-cut'));
    this.#signal.throwIfAborted();
    this.#draft.finishReason = yield* this.#stream(messages, maxTokens, program ?? GREEDY);
  }

  /** A question of our own, of the film alone: nothing said before can sway the answer, and it joins no history. */
  async *ofTheFilmAlone(question: string): AsyncGenerator<ReplyEvent, string> {
    const messages = messagesOf(this.#request.film, [], question);
    const maxTokens = Math.min(this.#profile.maxTokens, OWN_QUESTION_TOKENS);
    let answer = '';
    for await (const event of this.#stream(messages, maxTokens, GREEDY)) {
      if (event.type === 'text-delta') answer += event.text;
      else yield event;
    }
    return answer;
  }

  async *#stream(
    messages: readonly ModelMessage[],
    maxTokens: number,
    { sampling, stop }: Pick<ProgramOptions, 'sampling' | 'stop'>,
  ): AsyncGenerator<ReplyEvent, 'stop' | 'length'> {
    const request = {
      messages,
      maxTokens,
      sampling,
      stop,
      asker: this.#request.asker,
      background: false,
    };
    let finishReason: 'stop' | 'length' = 'stop';
    for await (const event of this.#model.stream(request, this.#signal)) {
      switch (event.type) {
        case 'queued':
          yield { type: 'status', phase: 'queued', place: event.place };
          break;
        case 'reading':
          yield readingStatus(event);
          break;
        case 'text-delta':
          yield event;
          break;
        case 'end':
          this.#draft.addUsage(event.usage);
          ({ finishReason } = event);
          break;
      }
    }
    return finishReason;
  }
}

const readingStatus = ({
  done,
  total,
  leftMs,
}: Extract<ModelEvent, { type: 'reading' }>): ReplyEvent => ({
  type: 'status',
  phase: 'reading',
  done,
  total,
  ...(leftMs === undefined ? {} : { leftMs }),
});
