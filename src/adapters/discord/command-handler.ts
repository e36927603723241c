import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  InteractionType,
  MessageFlags,
  type APIChatInputApplicationCommandInteractionData,
  type APIMessageApplicationCommandInteractionData,
} from 'discord.js';
import { HELP } from '../../core/conversation/command.ts';
import type { Attachment, Conversation, Message } from '../../core/conversation.ts';
import { WetreadError } from '../../errors.ts';
import { QUIZ_MENU, READ_MENU } from './actions.ts';
import type { Application } from './application.ts';
import type { FilmBefore } from './film-before.ts';
import type { FilmFiles } from './film-files.ts';
import type { FilmLinks } from './film-links.ts';
import { PLATFORM, placeOf, type CasePlace } from './heard-message.ts';
import type { Acted, InteractionHandler } from './interactions.ts';
import { DAY_MS } from './quiz.ts';
import { filmsOf, hasFilms } from './message-films.ts';
import { writePostedId } from './message-part.ts';
import { bodyOf } from './reply-body.ts';
import type { Replies } from './replies.ts';

const HEAD = 'A chest film for Wetread. The answer comes in the thread of this message.';
const CASE_HEAD = 'A teaching case. It is in the thread of this message.';
const OPENING = 'Wetread opens a teaching case…';
const AT_WORK = 'Wetread is about to read the film…';
const COMMANDS_TOO =
  'Also: /read, /locate, /quiz, /forget, and "Read this X-ray" in a message\'s menu under Apps.';

export type CommandHandlerOptions = {
  readonly conversation: Conversation;
  readonly application: () => Application;
  readonly replies: Replies;
  readonly films: FilmBefore;
  readonly files: FilmFiles;
  readonly links: FilmLinks;
  readonly model: { readonly name: string; readonly demo: boolean };
};

type Asked = Pick<Message, 'ask' | 'text' | 'teaching'>;

/** `/read`, `/locate`, `/forget`, `/help`, and "Read this X-ray". */
export class CommandHandler implements InteractionHandler {
  readonly #options: CommandHandlerOptions;

  constructor(options: CommandHandlerOptions) {
    this.#options = options;
  }

  handle(acted: Acted): Promise<void> | undefined {
    const { interaction } = acted;
    if (interaction.type !== InteractionType.ApplicationCommand) return undefined;
    const { data } = interaction;
    if (data.type === ApplicationCommandType.Message) return this.#menu(acted, data);
    if (data.type !== ApplicationCommandType.ChatInput) return undefined;
    switch (data.name) {
      case 'read': {
        const question = optionIn(data, 'question');
        const ask = question === '' ? ({ kind: 'task', task: 'wet-read' } as const) : undefined;
        return this.#run(acted, { ask, text: question }, filmIn(data, this.#options.files));
      }
      case 'locate': {
        const ask = { kind: 'locate', what: optionIn(data, 'what') } as const;
        return this.#run(acted, { ask, text: '' }, filmIn(data, this.#options.files));
      }
      case 'quiz':
        return this.#run(acted, quizFor(minutesIn(data)), filmIn(data, this.#options.files));
      case 'forget':
        return this.#run(acted, { ask: undefined, text: 'forget' }, undefined);
      case 'help':
        return this.#help(acted);
      default:
        return undefined;
    }
  }

  #menu(
    acted: Acted,
    data: APIMessageApplicationCommandInteractionData,
  ): Promise<void> | undefined {
    if (data.name === READ_MENU)
      return this.#readMessage(acted, data, { asked: WET_READ, doing: 'Wetread reads it' });
    if (data.name === QUIZ_MENU)
      return this.#readMessage(acted, data, {
        asked: quizFor(undefined),
        doing: 'It is a teaching case now',
      });
    return undefined;
  }

  async #run(acted: Acted, asked: Asked, film: Attachment | undefined): Promise<void> {
    if (acted.where.kind === 'channel') return this.#openCase(acted, asked, film);
    // Its film is fetched before it is taken, as its link cannot be had again.
    if (film !== undefined) await acted.answer.defer({ alone: false });
    return this.#answerHere(acted, asked, film);
  }

  /** In a thread or a direct message: the command's own answer becomes the reply. */
  async #answerHere(acted: Acted, asked: Asked, film: Attachment | undefined): Promise<void> {
    const { conversation, replies } = this.#options;
    const { interaction, answer, where, author } = acted;
    const place = placeOf(where, where.id);
    const message = this.#message(acted, place, { ...asked, attachments: listOf(film) });
    const turn = await this.#takingBack(acted, () => conversation.take(message));
    if (turn === undefined) return;
    // What only whoever typed it sees cannot become the reply.
    if (answer.isAlone) {
      replies.follow(turn, { ...place, question: interaction.id, author, direct: message.direct });
      await answer.say({ content: AT_WORK });
      return;
    }
    const options = { turn, part: 0, hidden: false };
    const text = asked.teaching === undefined ? AT_WORK : OPENING;
    const working = { text, footer: { kind: 'working' }, picture: undefined } as const;
    const address = { ...place, question: interaction.id, author, direct: message.direct };
    try {
      const { id } = await answer.say(bodyOf(working, undefined, options).body);
      const posted = { part: 0, id: writePostedId({ channel: where.id, message: id }) };
      await conversation.begun(turn, posted.part, posted.id);
      replies.follow(turn, address, [posted]);
    } catch (error) {
      // It is taken, so it is answered, if not as the command's own answer.
      replies.follow(turn, address);
      throw error;
    }
  }

  /** In a channel: a message that the thread of the case hangs on. */
  async #openCase(acted: Acted, asked: Asked, film: Attachment | undefined): Promise<void> {
    const { conversation, replies } = this.#options;
    const { answer, where, author } = acted;
    if (film === undefined) throw new WetreadError('film-needed');
    const content = asked.teaching === undefined ? HEAD : CASE_HEAD;
    const head = await answer.say({ content, flags: MessageFlags.SuppressEmbeds });
    const place = placeOf(where, head.id);
    const message = this.#message(acted, place, { ...asked, attachments: [film] });
    const turn = await this.#takingBack(acted, () => conversation.take(message));
    if (turn !== undefined)
      replies.follow(turn, { ...place, question: head.id, author, direct: false });
  }

  /** "Read this X-ray": the film is its poster's, and its case hangs on its message. */
  async #readMessage(
    acted: Acted,
    data: APIMessageApplicationCommandInteractionData,
    { asked, doing }: { readonly asked: Asked; readonly doing: string },
  ): Promise<void> {
    const { conversation, application, replies, films, files, links } = this.#options;
    const { interaction, answer, where, author } = acted;
    const target = data.resolved.messages[data.target_id];
    const { user, mayReadMessages } = application();
    if (target === undefined || !hasFilms(target) || target.author.id === user)
      throw new WetreadError('film-needed');
    const place = placeOf(where, target.id);
    const direct = where.kind === 'direct';
    const asking = this.#message(acted, place, asked);
    const shown = mayReadMessages && (await films.show(asking, target));
    const own = filmsOf(target, links);
    // Without the intent its link comes once, with this menu alone.
    const attachments = mayReadMessages ? own : own.map((film) => fetchedNow(film, files));
    const message = { ...asking, attachments: shown ? [] : attachments };
    const turn = await conversation.take(message);
    if (turn === undefined) return;
    replies.follow(turn, { ...place, question: interaction.id, author, direct });
    await answer.whisper(
      where.kind === 'channel'
        ? `${doing}; the answer comes in the thread of the message.`
        : `${doing}.`,
    );
  }

  async #help({ answer }: Acted): Promise<void> {
    const { model, application } = this.#options;
    const kind = model.demo ? ', a demonstration whose findings are not to be believed' : '';
    const lacks = application().mayReadMessages
      ? []
      : ['Mention Wetread in every question: the Message Content intent is switched off.'];
    const about = `Wetread answers with ${model.name}${kind}.`;
    await answer.whisper([HELP, COMMANDS_TOO, ...lacks, about].join('\n'));
  }

  #message(
    { interaction, where, author, standing }: Acted,
    place: CasePlace,
    { ask, text, teaching, attachments = [] }: Asked & Partial<Pick<Message, 'attachments'>>,
  ): Message {
    return {
      platform: PLATFORM,
      ...place,
      id: interaction.id,
      author,
      standing,
      direct: where.kind === 'direct',
      ask,
      text,
      about: undefined,
      attachments,
      addressed: true,
      choose: undefined,
      mentioned: true,
      ...(teaching === undefined ? {} : { teaching }),
    };
  }

  /** What is not taken leaves no answer standing. */
  async #takingBack<Result>({ answer }: Acted, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!answer.isOpen) await answer.remove();
      throw error;
    }
  }
}

const WET_READ: Asked = { ask: { kind: 'task', task: 'wet-read' }, text: '' };

/** A case that is revealed after so many minutes, or after a day. */
const quizFor = (minutes: number | undefined): Asked => ({
  ask: undefined,
  text: '',
  teaching: { kind: 'open', openMs: minutes === undefined ? DAY_MS : minutes * MINUTE_MS },
});

const MINUTE_MS = 60_000;

const minutesIn = (data: APIChatInputApplicationCommandInteractionData): number | undefined => {
  const option = data.options?.find(({ name }) => name === 'minutes');
  return option?.type === ApplicationCommandOptionType.Integer ? option.value : undefined;
};

const listOf = (film: Attachment | undefined): readonly Attachment[] =>
  film === undefined ? [] : [film];

const optionIn = (data: APIChatInputApplicationCommandInteractionData, name: string): string => {
  const option = data.options?.find((one) => one.name === name);
  return option?.type === ApplicationCommandOptionType.String ? option.value.trim() : '';
};

/** The film that was given with a command. Its link is good for this once, so it has no reference. */
const filmIn = (
  data: APIChatInputApplicationCommandInteractionData,
  files: FilmFiles,
): Attachment | undefined => {
  const option = data.options?.find(({ name }) => name === 'film');
  if (option?.type !== ApplicationCommandOptionType.Attachment) return undefined;
  const url = data.resolved?.attachments?.[option.value]?.url;
  if (url === undefined) return undefined;
  return { reference: undefined, fetch: (signal) => files.fetchLink(url, signal) };
};

const fetchedNow = ({ reference }: Attachment, files: FilmFiles): Attachment => ({
  reference: undefined,
  fetch: (signal) => files.fetch(reference ?? {}, signal),
});
