import type { Choice, Picture, ReplyEvent } from '../../core/reply.ts';
import type { ErrorCode } from '../../errors.ts';
import { ASKED_IN_PRIVATE, finalWords, FIRST_NOTICES } from '../reply-words.ts';
import { splitText } from '../split-text.ts';
import { quietMarkdown, smallPrint } from './quiet-markdown.ts';
import type { ReplyAddress } from './reply-address.ts';

/** Discord takes 2,000 characters; some are left for what stands around a hidden reading. */
const PART_LIMIT = 1_950;

/** What hangs under a message of a reply. */
export type Footer =
  /** Another message follows. */
  | { readonly kind: 'page'; readonly of: number }
  /** It is still being written. */
  | { readonly kind: 'working' }
  /** `boxes`: how many it shows. `read`: the model answered, so that it can be judged. */
  | { readonly kind: 'finished'; readonly read: boolean; readonly boxes: number }
  | { readonly kind: 'question'; readonly options: readonly Choice[] }
  /** There is a question that is shown to this person alone. */
  | { readonly kind: 'private-question'; readonly asker: string }
  /** It is the post of a teaching case. */
  | { readonly kind: 'case' };

/** A message of a reply. */
export type PartContent = {
  /** Discord's Markdown, in which every word of a model is inert. */
  readonly text: string;
  readonly footer: Footer;
  readonly picture: Picture | undefined;
};

/** Core says this once a thread, with the first reply about a film; what Discord's readers must know goes with it. */
const ONCE = 'preliminary';

/** A film with text is refused, by the operator's policy. */
const TEXT_REFUSED: ErrorCode = 'text-in-picture';

/** Said to whoever asked alone. */
export const HOW_TO_DELETE =
  'If the post with the film is still there, it still shows what was masked here. Whoever posted it can take it away: open its menu (⋯, or press and hold it) and choose "Delete Message"; I forget the film and what I said about it, too.';

const ASKER_UNKNOWN = 'Send the film to me in a direct message, where I can ask it.';

/** A reply as it grows: the messages that it would be if it ended now. */
export class ReplyContent {
  #text = '';
  #waiting = 'Wetread is about to read the film…';
  #picture: Picture | undefined;
  readonly #first: string[] = [];
  readonly #notices: string[] = [];
  /** Said once a thread, with the first reply about its film: how to go on here. */
  readonly #onceMore: readonly string[];
  #footer: Footer = { kind: 'working' };
  #ended = false;
  #foundPatientData = false;
  readonly #direct: boolean;
  readonly #asker: string | undefined;

  constructor({
    direct,
    author,
    onceMore,
  }: Pick<ReplyAddress, 'direct' | 'author'> & { readonly onceMore: readonly string[] }) {
    this.#direct = direct;
    this.#asker = author;
    this.#onceMore = onceMore;
  }

  /** Its film shows, as it was posted, what looks like patient data. */
  get foundPatientData(): boolean {
    return this.#foundPatientData;
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

  /** What the adapter itself has to add, in the end. */
  note(sentence: string): void {
    if (!this.#notices.includes(sentence)) this.#notices.push(sentence);
  }

  /** The reply opened a teaching case. */
  becomeCase(): void {
    this.#footer = { kind: 'case' };
  }

  /** The picture cannot be shown, for this reason. */
  leavePictureOut(sentence: string): void {
    this.#picture = undefined;
    this.note(sentence);
  }

  get parts(): readonly PartContent[] {
    if (!this.hasText && !this.#ended)
      return [{ text: quietMarkdown(this.#waiting), footer: this.#footer, picture: undefined }];
    const words = [...this.#first, this.#text].filter((text) => text !== '').join('\n\n');
    const print = this.#ended ? smallPrint(this.#notices.join('\n')) : '';
    const whole = [quietMarkdown(words), print].filter((text) => text !== '').join('\n\n');
    const texts = splitMarkdown(whole);
    const last = texts.length - 1;
    return texts.map((text, at) => ({
      text: text.trim(),
      footer: at === last ? this.#footer : { kind: 'page', of: this.#ended ? texts.length : 0 },
      picture: at === last && this.#ended ? this.#picture : undefined,
    }));
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
        this.#ask(event);
        break;
      case 'error':
        this.#foundPatientData = event.code === TEXT_REFUSED;
        this.#text = [this.#text, event.message].filter((text) => text !== '').join('\n\n');
        this.#end({ kind: 'finished', read: false, boxes: 0 });
        break;
      case 'end': {
        const { reply } = event;
        this.#text = finalWords(reply);
        const boxes = reply.boxes.length;
        this.#end({ kind: 'finished', read: reply.exchange !== null, boxes });
        break;
      }
    }
  }

  #ask(event: Extract<ReplyEvent, { type: 'choices' }>): void {
    this.#foundPatientData = event.private;
    if (event.private && !this.#direct) {
      this.#notices.length = 0;
      const isKnown = this.#asker !== undefined;
      this.#text = isKnown ? ASKED_IN_PRIVATE : `${ASKED_IN_PRIVATE} ${ASKER_UNKNOWN}`;
      this.#end(
        this.#asker === undefined
          ? { kind: 'finished', read: false, boxes: 0 }
          : { kind: 'private-question', asker: this.#asker },
      );
      return;
    }
    this.#text = event.private ? `${event.question}\n\n${HOW_TO_DELETE}` : event.question;
    this.#picture = event.picture ?? undefined;
    this.#end({ kind: 'question', options: event.options });
  }

  #addNotice(code: string, text: string): void {
    if (FIRST_NOTICES.has(code)) this.#first.push(text);
    else this.#notices.push(text);
    if (code === ONCE) this.#notices.push(...this.#onceMore);
  }

  #end(footer: Footer): void {
    this.#footer = footer;
    this.#ended = true;
  }
}

/** Parts of a Markdown text, none of which ends within a mark that makes the next character itself. */
const splitMarkdown = (text: string): readonly string[] => {
  const parts: string[] = [];
  let carried = '';
  for (const part of splitText(text, PART_LIMIT)) {
    const whole = carried + part;
    const isCut = /(?:^|[^\\])(?:\\\\)*\\$/.test(whole);
    carried = isCut ? '\\' : '';
    parts.push(isCut ? whole.slice(0, -1) : whole);
  }
  return parts;
};
