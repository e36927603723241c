import type { Message, TurnId } from '../conversation.ts';
import type { Film } from '../film.ts';
import type { Choice, Reply, ReplyEvent } from '../reply.ts';
import type { TakenFilm } from './take-film.ts';
import { TurnLog } from './turn-log.ts';

/** A question about a film that waits for its answer. */
export type OpenQuestion = { readonly options: readonly Choice[]; readonly film: Film };

/** Who asks, as the queue is fair by it. */
export const askerOf = ({ platform, workspace, author }: Message): string =>
  JSON.stringify([platform, workspace, author]);

/** One message and its reply. */
export class Turn {
  readonly id: TurnId;
  readonly threadKey: string;
  readonly message: Message;
  readonly log = new TurnLog();
  readonly stopping = new AbortController();
  /** Begins when the message is taken, so that links have no time to expire. undefined: it has no film. */
  film: Promise<TakenFilm> | undefined;
  question: OpenQuestion | undefined;
  running = false;
  done: Promise<void> = Promise.resolve();

  constructor(id: TurnId, threadKey: string, message: Message) {
    this.id = id;
    this.threadKey = threadKey;
    this.message = message;
  }

  get bytes(): number {
    return this.log.bytes + (this.question?.film.png.byteLength ?? 0);
  }

  /** Ends with words of ours, or with none. */
  answer(text: string, finishReason: Reply['finishReason'] = 'stop'): void {
    if (text !== '') this.log.add({ type: 'text-delta', text });
    this.log.add(endWith(this.message.text, text, finishReason));
  }
}

const endWith = (
  question: string,
  text: string,
  finishReason: Reply['finishReason'],
): ReplyEvent => ({
  type: 'end',
  reply: {
    question,
    text,
    raw: '',
    boxes: [],
    notices: [],
    annotated: null,
    exchange: null,
    usage: { promptTokens: 0, cachedTokens: 0, completionTokens: 0 },
    finishReason,
  },
});
