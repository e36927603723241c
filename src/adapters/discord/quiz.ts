import {
  InteractionType,
  type APIInteraction,
  type APIModalSubmission,
  type RawFile,
} from 'discord.js';
import { KeyedSeries } from '../../core/conversation/keyed-series.ts';
import type { Conversation, TurnId } from '../../core/conversation.ts';
import type { Picture } from '../../core/reply.ts';
import { cellName } from '../../core/teaching/cells.ts';
import { sayAnswer } from '../../core/teaching/reveal-text.ts';
import type {
  CaseAnswer,
  CaseId,
  CaseView,
  HiddenReading,
  OwnAnswer,
  TeachingCases,
} from '../../core/teaching-case.ts';
import { WetreadError } from '../../errors.ts';
import { readCustomId, type PressedAction } from './actions.ts';
import { customIdOf } from './buttons.ts';
import type { Guilds } from './guilds.ts';
import { PLATFORM, placeOf } from './heard-message.ts';
import type { Body } from './interaction-answer.ts';
import type { Acted, InteractionHandler } from './interactions.ts';
import { toUpload } from './picture-upload.ts';
import { quietMarkdown } from './quiet-markdown.ts';
import {
  keyModal,
  readKeyText,
  readRegion,
  readWords,
  regionModal,
  wordsModal,
} from './quiz-modals.ts';
import { gridRows, keyRows, ownRows, QUIZ, type CasePost } from './quiz-rows.ts';
import type { Replies } from './replies.ts';

/** A case that names no time is revealed after a day. */
export const DAY_MS = 24 * 60 * 60_000;

/** Characters of the model's words in a moderator's view; Discord takes 2,000 in all. */
const TEXT_LIMIT = 800;

const NOTED = 'Noted. Your last answer counts, and nothing is said of it before the reveal.';
const GRID =
  'Press the cells where you see something abnormal. Every press is your answer; the last one counts.';
const LAST_CELL = 'An answer has one cell at least: choose another one first.';
const REVEALING = 'The case is closed; its reveal comes in this thread.';

export type QuizOptions = {
  readonly conversation: Conversation;
  readonly cases: TeachingCases;
  readonly replies: Pick<Replies, 'follow'>;
  readonly guilds: Pick<Guilds, 'uploadLimit'>;
};

/** A press on a component of a case. */
type Press = Acted & {
  readonly post: CasePost;
  readonly id: CaseId;
  readonly more: string;
};

const ACTIONS: ReadonlySet<string> = new Set(Object.values(QUIZ));

/** What hangs under a teaching case: answers, hints, the key, the reveal. */
export class Quiz implements InteractionHandler {
  readonly #options: QuizOptions;
  /** A learner who presses two cells at once has both. */
  readonly #series = new KeyedSeries();

  constructor(options: QuizOptions) {
    this.#options = options;
  }

  handle(acted: Acted): Promise<void> | undefined {
    const id = customIdOf(acted.interaction);
    const pressed = id === undefined ? undefined : readCustomId(id);
    if (pressed === undefined || !ACTIONS.has(pressed.action)) return undefined;
    return pressed.action === QUIZ.open
      ? this.#openCase(acted, pressed.turn)
      : this.#act(acted, pressed);
  }

  /** A case of the film of a reply, in the reply's own thread. */
  async #openCase(acted: Acted, about: TurnId): Promise<void> {
    const { conversation, replies } = this.#options;
    const { interaction, where, author, standing } = acted;
    const direct = where.kind === 'direct';
    const place = placeOf(where, where.id);
    const turn = await conversation.take({
      platform: PLATFORM,
      ...place,
      id: interaction.id,
      author,
      standing,
      direct,
      text: '',
      ask: undefined,
      about,
      attachments: [],
      addressed: true,
      choose: undefined,
      teaching: { kind: 'open', openMs: DAY_MS },
    });
    const address = { ...place, question: interaction.id, author, direct };
    if (turn !== undefined) replies.follow(turn, address);
  }

  async #act(acted: Acted, { action, turn, part, more }: PressedAction): Promise<void> {
    const post = { turn, part };
    const { answer, interaction } = acted;
    if (interaction.type === InteractionType.ModalSubmit)
      return this.#submit(await this.#pressOf(acted, post, more), action, interaction.data);
    // A modal can only be the first answer, so nothing is asked of the stores before it.
    if (action === QUIZ.words) return answer.openModal(wordsModal(post));
    if (action === QUIZ.region) return answer.openModal(regionModal(post));
    return this.#press(await this.#pressOf(acted, post, more), action);
  }

  async #pressOf(acted: Acted, post: CasePost, more: string): Promise<Press> {
    const view = await this.#options.cases.openedBy(post.turn);
    if (view === undefined) throw new WetreadError('case-unknown');
    return { ...acted, post, more, id: view.id };
  }

  async #press(press: Press, action: string): Promise<void> {
    const { cases } = this.#options;
    const { answer, id, more } = press;
    switch (action) {
      case QUIZ.grid: {
        const { answer: said } = await cases.own(id, press);
        return answer.whisperBody(gridBody(press.post, cellsOf(said)));
      }
      case QUIZ.cell:
        return this.#series.run(`${id} ${press.author}`, () => this.#toggle(press, Number(more)));
      case QUIZ.normal:
        return this.#answer(press, { kind: 'normal' });
      case QUIZ.hint: {
        const { text, left, step } = await cases.hint(id, press);
        return answer.whisper(`Hint ${step} of ${step + left}. ${text}`);
      }
      case QUIZ.own:
        return answer.whisperBody(ownBody(press.post, await cases.own(id, press)));
      case QUIZ.name: {
        await cases.showName(id, press, more === 'show' ? nameOf(press.interaction) : undefined);
        return answer.update(ownBody(press.post, await cases.own(id, press)));
      }
      case QUIZ.reveal:
        await cases.reveal(id, press);
        return answer.whisper(REVEALING);
      default:
        return this.#moderate(press, action);
    }
  }

  async #moderate(press: Press, action: string): Promise<void> {
    const { cases } = this.#options;
    const { answer, id, post, more } = press;
    switch (action) {
      case QUIZ.key:
        return this.#showKey(press, false);
      case QUIZ.confirm:
        await cases.confirm(id, press);
        return this.#showKey(press, true);
      case QUIZ.correct: {
        const { keyText } = await cases.hidden(id, press);
        return answer.openModal(keyModal(post, keyText));
      }
      case QUIZ.keep:
        await cases.keep(id, press, more === 'keep');
        return this.#showKey(press, true);
      default:
        return undefined;
    }
  }

  async #submit(press: Press, action: string, data: APIModalSubmission): Promise<void> {
    const { cases } = this.#options;
    switch (action) {
      case QUIZ.words:
        return this.#answer(press, { kind: 'words', text: readWords(data) });
      case QUIZ.region: {
        const answer = readRegion(data);
        if (answer === undefined) throw new WetreadError('case-answer');
        return this.#answer(press, answer);
      }
      case QUIZ.correct:
        await cases.correct(press.id, press, readKeyText(data));
        return this.#showKey(press, false);
      default:
        return undefined;
    }
  }

  async #answer(press: Press, said: CaseAnswer): Promise<void> {
    await this.#options.cases.answer(press.id, press, said);
    await press.answer.whisper(NOTED);
  }

  async #toggle(press: Press, cell: number): Promise<void> {
    const { cases } = this.#options;
    const before = cellsOf((await cases.own(press.id, press)).answer);
    const cells = before.includes(cell)
      ? before.filter((one) => one !== cell)
      : [...before, cell].toSorted((a, b) => a - b);
    if (cells.length === 0) return press.answer.update(gridBody(press.post, before, LAST_CELL));
    await cases.answer(press.id, press, { kind: 'cells', cells });
    await press.answer.update(gridBody(press.post, cells));
  }

  /** To the moderator alone: the reading, the key as it stands, and the film with it. */
  async #showKey(press: Press, replaces: boolean): Promise<void> {
    const { cases, guilds } = this.#options;
    const { answer, id, post, where } = press;
    const [hidden, view] = [await cases.hidden(id, press), await cases.find(id)];
    if (view === undefined) throw new WetreadError('case-unknown');
    const content = sayHidden(hidden);
    const components = keyRows(post, {
      isOpen: view.state === 'open',
      canConfirm: hidden.reading === 'there' && !hidden.confirmed,
      kept: view.kept,
    });
    const picture = await cases.hiddenPicture(id, press);
    const { attachments, files } = await filesOf(picture, guilds.uploadLimit(where.guild));
    const body = { content: [content, sayView(view)].join('\n\n'), components, attachments };
    await (replaces ? answer.update(body, files) : answer.whisperBody(body, files));
  }
}

const cellsOf = (answer: CaseAnswer | undefined): readonly number[] =>
  answer?.kind === 'cells' ? answer.cells : [];

const gridBody = (post: CasePost, chosen: readonly number[], more = ''): Body => ({
  content: [
    GRID,
    ...(chosen.length === 0 ? [] : [`Your answer: ${chosen.map(cellName).join(' ')}.`]),
    ...(more === '' ? [] : [more]),
  ].join('\n'),
  components: gridRows(post, chosen),
});

const ownBody = (post: CasePost, { answer, name, hints, letter }: OwnAnswer): Body => {
  const said =
    answer === undefined ? 'You have not answered yet.' : `Your answer: ${sayOwn(answer)}`;
  const helped = hints === 0 ? '' : ` Hints: ${hints}.`;
  const who = name === undefined ? 'without a name' : `as ${quietMarkdown(name)}`;
  const shown = letter === undefined ? '' : `\nAt the reveal you are ${letter}, ${who}.`;
  return {
    content: `${said}${helped}${shown}`,
    components: ownRows(post, name !== undefined),
  };
};

const sayOwn = (answer: CaseAnswer): string =>
  answer.kind === 'words'
    ? quietMarkdown(answer.text.slice(0, TEXT_LIMIT))
    : `${sayAnswer(answer)}.`;

const sayHidden = ({ reading, text, keyText, confirmed }: HiddenReading): string => {
  const words = quietMarkdown(text.slice(0, TEXT_LIMIT));
  const model =
    reading === 'there'
      ? `The model's reading, which nobody else sees before the reveal: ${words}`
      : reading === 'pending'
        ? 'The model has not read the film yet.'
        : 'The model could not read the film.';
  const key = confirmed
    ? 'The key, which marks are given against:'
    : 'The key, if you confirm the reading:';
  const lines = quietMarkdown(keyText.slice(0, TEXT_LIMIT));
  return [model, ...(keyText === '' ? [] : [`${key}\n${lines}`])].join('\n');
};

const sayView = ({ answers, kept }: CaseView): string =>
  `Answers so far: ${answers}.${kept ? ' It is kept for good.' : ''} Whoever has seen this cannot answer.`;

const filesOf = async (picture: Picture | undefined, limit: number) => {
  if (picture === undefined) return { attachments: [], files: [] };
  const { bytes, type, ending } = await toUpload(picture, limit);
  const name = `wetread.${ending}`;
  const file: RawFile = { name, data: Buffer.from(bytes), contentType: type };
  return {
    attachments: [{ id: 0, filename: name, description: picture.altText.slice(0, 1_024) }],
    files: [file],
  };
};

/** What the person is called in this server. */
const nameOf = ({ member, user }: APIInteraction): string => {
  const person = member?.user ?? user;
  return member?.nick ?? person?.global_name ?? person?.username ?? '';
};
