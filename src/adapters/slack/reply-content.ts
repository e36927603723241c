import type { Choice, Picture, ReplyEvent } from '../../core/reply.ts';
import type { ErrorCode, WetreadError } from '../../errors.ts';
import { ASKED_IN_PRIVATE, finalWords, FIRST_NOTICES } from '../reply-words.ts';
import { splitText } from '../split-text.ts';

/**
 * Characters of one message's answer. A section of Block Kit holds 3,000 and the text of a message is best under
 * 4,000 (docs.slack.dev/reference/block-kit/blocks/section-block), so every part can be posted, streamed and edited.
 */
const PART_LIMIT = 2_800;

/** What hangs under the last text of a reply. */
export type Footer =
  | { readonly kind: 'none' }
  /** It is still being written. */
  | { readonly kind: 'working' }
  /** `boxes`: numbers of the boxes that it shows. `read`: the model answered, so that it can be judged. */
  | { readonly kind: 'finished'; readonly read: boolean; readonly boxes: readonly number[] }
  /** `place`: channel and thread that it is about, where those are others than its own. */
  | { readonly kind: 'question'; readonly options: readonly Choice[]; readonly place?: string };

/** A message of a reply. */
export type TextContent = {
  readonly kind: 'text';
  readonly text: string;
  readonly notices: readonly string[];
  readonly footer: Footer;
};
type PictureContent = { readonly kind: 'picture'; readonly picture: Picture };
export type PartContent = TextContent | PictureContent;

/** What core says of a thread without a film. */
const NO_FILM: ErrorCode = 'film-needed';

/** Said to whoever asked alone. */
export const HOW_TO_DELETE =
  'Your message itself still shows what was masked here. To take it away, open its menu (⋮, More actions) and choose "Delete message"; I forget the film and what I said about it, too.';

/** A question for whoever asked alone; `picture` is shown to nobody else. */
export type PrivateQuestion = Extract<ReplyEvent, { type: 'choices' }>;

/** A reply as it grows: the messages that it would be if it ended now. */
export class ReplyContent {
  #text = '';
  #waiting = '';
  #picture: Picture | undefined;
  readonly #first: string[] = [];
  readonly #notices: string[] = [];
  #footer: Footer = { kind: 'working' };
  #ended = false;
  #privateQuestion: PrivateQuestion | undefined;
  readonly #direct: boolean;
  readonly #unread: WetreadError | undefined;

  /**
   * `direct`: between one person and the bot, so that nobody else reads along. `unread`: why it is not known whether the
   * thread has a film.
   */
  constructor({
    direct,
    unread,
  }: {
    readonly direct: boolean;
    readonly unread: WetreadError | undefined;
  }) {
    this.#direct = direct;
    this.#unread = unread;
  }

  /** What is to be asked where nobody else sees it. */
  get privateQuestion(): PrivateQuestion | undefined {
    return this.#privateQuestion;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** It says something that stays. */
  get hasText(): boolean {
    return this.#text !== '';
  }

  /** What the reply is waiting for, where there are no words yet. */
  set waiting(words: string) {
    this.#waiting = words;
  }

  get parts(): readonly PartContent[] {
    const words = [...this.#first, this.#text].filter((text) => text !== '').join('\n\n');
    const text = this.hasText || this.#ended ? words : this.#waiting;
    const texts = splitText(text, PART_LIMIT);
    const parts: PartContent[] = texts.map((part, at) => ({
      kind: 'text',
      text: part,
      notices: at === texts.length - 1 && this.#ended ? this.#notices : [],
      footer: at === texts.length - 1 ? this.#footer : { kind: 'none' },
    }));
    if (this.#ended && this.#picture !== undefined)
      parts.push({ kind: 'picture', picture: this.#picture });
    return parts;
  }

  add(event: ReplyEvent): void {
    switch (event.type) {
      case 'status':
        break;
      case 'text-delta':
        this.#text += event.text;
        break;
      case 'image':
        this.#picture = event;
        break;
      case 'notice':
        this.#addNotice(event.code, event.text);
        break;
      case 'choices':
        if (event.private && !this.#direct) {
          this.#privateQuestion = event;
          this.#text = ASKED_IN_PRIVATE;
          this.#notices.length = 0;
          this.#end({ kind: 'none' });
          break;
        }
        this.#text = event.private ? `${event.question}\n\n${HOW_TO_DELETE}` : event.question;
        this.#picture = event.picture ?? undefined;
        this.#end({ kind: 'question', options: event.options });
        break;
      case 'error':
        this.#text = [this.#text, this.#messageOf(event)]
          .filter((text) => text !== '')
          .join('\n\n');
        this.#end({ kind: 'none' });
        break;
      case 'end': {
        const { reply } = event;
        this.#text = finalWords(reply);
        const boxes = reply.boxes.map(({ number }) => number);
        this.#end({ kind: 'finished', read: reply.exchange !== null, boxes });
        break;
      }
    }
  }

  #messageOf({ code, message }: Extract<ReplyEvent, { type: 'error' }>): string {
    return code === NO_FILM && this.#unread !== undefined ? this.#unread.message : message;
  }

  #addNotice(code: string, text: string): void {
    if (FIRST_NOTICES.has(code)) this.#first.push(text);
    else this.#notices.push(text);
  }

  #end(footer: Footer): void {
    this.#footer = footer;
    this.#ended = true;
  }
}
