import type { Conversation, Message, PostedPart, TurnId } from '../../src/core/conversation.ts';
import { WetreadError } from '../../src/errors.ts';

export type Post = { readonly id: string; readonly key: string; text: string };

/** A platform in a few lines: it keeps what is posted, and every post has the delivery key of its part. */
export class SmallPlatform {
  readonly posts: Post[] = [];
  /** Turns whose replies were finished, in order. */
  readonly finished: TurnId[] = [];
  #ids = 0;

  post(key: string, text: string): Post {
    const post = { id: `p${(this.#ids += 1)}`, key, text };
    this.posts.push(post);
    return post;
  }

  find(key: string): Post | undefined {
    return this.posts.find((post) => post.key === key);
  }

  take(id: string): void {
    const at = this.posts.findIndex((post) => post.id === id);
    if (at >= 0) this.posts.splice(at, 1);
  }
}

/** The platform's way into one process: what it does ends with `signal`, as a process ends. */
export class SmallAdapter {
  readonly #conversation: Conversation;
  readonly #platform: SmallPlatform;
  readonly #signal: AbortSignal;
  readonly #writing = new Map<TurnId, Promise<void>>();

  constructor(conversation: Conversation, platform: SmallPlatform, signal: AbortSignal) {
    this.#conversation = conversation;
    this.#platform = platform;
    this.#signal = signal;
  }

  /** True: the platform may forget the message. */
  async tell(message: Message): Promise<boolean> {
    try {
      const turn = await this.#conversation.take(message);
      if (this.#signal.aborted) return false;
      if (turn !== undefined) this.write(turn, undefined);
      return true;
    } catch (error) {
      if (error instanceof WetreadError) return false;
      throw error;
    }
  }

  /** Does what dead processes left, until the signal aborts. */
  async finish(): Promise<void> {
    for await (const left of this.#conversation.unfinished('test', this.#signal)) {
      if (left.duty === 'deliver') {
        this.write(left.turn, left.parts);
        continue;
      }
      for (const { id } of left.parts) this.#platform.take(id);
      await this.#conversation.takenDown(left.turn);
    }
  }

  /** Resolves when every reply that was begun is written, or left. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing.values());
  }

  /** `parts`: of a turn that was left, which is followed anew; undefined: it was taken just now, and is followed once. */
  write(turn: TurnId, parts: readonly PostedPart[] | undefined): void {
    const before = this.#writing.get(turn);
    if (before !== undefined && parts === undefined) return;
    this.#writing.set(
      turn,
      (before ?? Promise.resolve())
        .then(() => this.#write(turn, parts ?? []))
        .catch((error: unknown) => {
          if (!(error instanceof WetreadError)) throw error;
        }),
    );
  }

  /** Its reply is one part, which is posted with the first word and edited at the end. */
  async #write(turn: TurnId, parts: readonly PostedPart[]): Promise<void> {
    const key = `${turn}:0`;
    const known = parts.find(({ part }) => part === 0)?.id;
    let post = this.#platform.posts.find(({ id }) => id === known) ?? this.#platform.find(key);
    let text = '';
    for await (const event of this.#conversation.events(turn, this.#signal)) {
      if (this.#signal.aborted) return;
      if (event.type === 'text-delta') text += event.text;
      if (event.type === 'error') text += `[${event.code}]`;
      if (event.type === 'choices') text += event.question;
      if (text === '' || (post !== undefined && post.id === known)) continue;
      if (post === undefined) post = this.#platform.post(key, text);
      else if (post.text !== '') continue;
      await this.#conversation.begun(turn, 0, post.id);
    }
    if (this.#signal.aborted) return;
    if (post === undefined) {
      post = this.#platform.post(key, text);
      await this.#conversation.begun(turn, 0, post.id);
    }
    post.text = text;
    this.#platform.finished.push(turn);
    await this.#conversation.delivered(turn);
  }
}
