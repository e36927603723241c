import { setTimeout as sleep } from 'node:timers/promises';
import type { PostedPart, TurnId } from '../../src/core/conversation.ts';
import type { PlatformClient } from './platform-client.ts';
import type { PartKind } from './platform-record.ts';
import type { DraftPart } from './reply-draft.ts';

/** A part that the platform holds; kind and text are undefined where they are not known. */
type Held = {
  readonly id: string;
  readonly kind: PartKind | undefined;
  readonly text: string | undefined;
};

export type PostedReplyOptions = {
  readonly platform: PlatformClient;
  /** Stores that a part is held under an id. */
  readonly begun: (part: number, id: string) => Promise<void>;
  readonly turn: TurnId;
  readonly thread: string;
  readonly answers: string;
  /** Parts that are known to be on the platform. */
  readonly parts: readonly PostedPart[];
};

const RETRY_MS = 10;

/** The parts of one reply on the platform: each is posted once, whatever fails meanwhile, and then edited. */
export class PostedReply {
  readonly #options: PostedReplyOptions;
  readonly #held = new Map<number, Held>();
  /** Parts whose ids are stored. */
  readonly #stored = new Set<number>();

  constructor(options: PostedReplyOptions) {
    this.#options = options;
    for (const { part, id } of options.parts) {
      this.#held.set(part, { id, kind: undefined, text: undefined });
      this.#stored.add(part);
    }
  }

  /** Finds the parts that were posted and perhaps not stored, by their delivery keys. */
  async lookUp(): Promise<void> {
    const { platform, thread, turn } = this.#options;
    for (const { id, key, kind, text } of await platform.own(thread)) {
      if (!key.startsWith(`${turn}:`)) continue;
      const part = Number(key.slice(turn.length + 1));
      if (this.#stored.has(part) && this.#held.get(part)?.id !== id) continue;
      this.#held.set(part, { id, kind, text });
    }
  }

  /** Brings the platform to show these parts. */
  async show(parts: readonly DraftPart[]): Promise<void> {
    for (const [number, part] of parts.entries()) await this.#showPart(number, part);
  }

  /** As `show`, and nothing else of this reply is left. */
  async finish(parts: readonly DraftPart[]): Promise<void> {
    await this.show(parts);
    for (const [number, { id }] of this.#held) {
      if (number < parts.length) continue;
      await this.#options.platform.delete(id);
      this.#held.delete(number);
    }
  }

  async #showPart(number: number, part: DraftPart): Promise<void> {
    const { platform, begun } = this.#options;
    let held = this.#held.get(number);
    if (held !== undefined && held.kind !== undefined && held.kind !== part.kind) {
      // A picture does not become a text by editing.
      await platform.delete(held.id);
      held = undefined;
      this.#stored.delete(number);
    }
    if (held === undefined) held = await this.#post(number, part);
    this.#held.set(number, held);
    if (!this.#stored.has(number)) {
      await begun(number, held.id);
      this.#stored.add(number);
    }
    if (held.text === part.text) return;
    await platform.edit(held.id, part.text);
    this.#held.set(number, { ...held, kind: part.kind, text: part.text });
  }

  /** Posts once: after a failure the part may be there all the same, so it is looked for before the next try. */
  async #post(number: number, { kind, text, options }: DraftPart): Promise<Held> {
    const { platform, turn, thread, answers } = this.#options;
    const key = `${turn}:${number}`;
    for (;;) {
      try {
        const { id } = await platform.post({ thread, answers, key, kind, text, options });
        return { id, kind, text };
      } catch {
        await sleep(RETRY_MS);
        const found = (await platform.own(thread)).find((own) => own.key === key);
        if (found !== undefined) return found;
      }
    }
  }
}
