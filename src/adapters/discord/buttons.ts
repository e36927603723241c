import { InteractionType, type APIInteraction } from 'discord.js';
import type { Conversation, Feedback, Message, TurnId } from '../../core/conversation.ts';
import type { Ask } from '../../core/reading.ts';
import type { Choice } from '../../core/reply.ts';
import { ACTIONS, readCustomId, type PressedAction } from './actions.ts';
import type { CaseRoot } from './case-root.ts';
import type { DiscordApi } from './discord-api.ts';
import type { ChannelFacts, Guilds } from './guilds.ts';
import { PLATFORM, placeOf, type CasePlace } from './heard-message.ts';
import type { Acted, InteractionHandler } from './interactions.ts';
import { closePrivateQuestion, pressedFor, showPrivateQuestion } from './private-question.ts';
import type { Replies } from './replies.ts';
import { readWrongPlace, wrongPlaceModal } from './wrong-place-modal.ts';

const THANKS = 'Thank you, it is kept for whoever looks after the model.';
const NO_BOX = 'Four numbers from 0 to 100: left, top, right, bottom.';

export type ButtonsOptions = {
  readonly conversation: Conversation;
  readonly replies: Replies;
  readonly api: DiscordApi;
  readonly guilds: Guilds;
  readonly roots: CaseRoot;
};

/** What hangs under a reply: tasks, boxes, stop, choices, feedback. */
export class Buttons implements InteractionHandler {
  readonly #options: ButtonsOptions;

  constructor(options: ButtonsOptions) {
    this.#options = options;
  }

  handle(acted: Acted): Promise<void> | undefined {
    const { interaction } = acted;
    const id = customIdOf(interaction);
    const pressed = id === undefined ? undefined : readCustomId(id);
    if (pressed === undefined) return undefined;
    return interaction.type === InteractionType.ModalSubmit
      ? this.#submit(acted, pressed)
      : this.#press(acted, pressed);
  }

  async #press(acted: Acted, pressed: PressedAction): Promise<void> {
    const { action, turn, more } = pressed;
    const { conversation } = this.#options;
    const asking = (ask: Ask | undefined, text: string): Promise<void> =>
      this.#ask(acted, { ask, text, about: text === 'forget' ? undefined : turn });
    switch (action) {
      case ACTIONS.stop:
        return conversation.stop(turn);
      case ACTIONS.report:
        return asking({ kind: 'task', task: 'report' }, '');
      case ACTIONS.abnormalities:
        return asking({ kind: 'task', task: 'classify' }, '');
      case ACTIONS.zoom:
        return asking(undefined, 'zoom in');
      case ACTIONS.box:
        return asking(undefined, `zoom on box ${chosenIn(acted.interaction)}`);
      case ACTIONS.forget:
        return asking(undefined, 'forget');
      case ACTIONS.choose:
        return this.#choose(acted, turn, more);
      case ACTIONS.show:
        return showPrivateQuestion(this.#options, acted, pressed);
      case ACTIONS.right:
      case ACTIONS.wrongFinding:
        return this.#judge(acted, turn, { kind: action, box: undefined });
      case ACTIONS.wrongPlace:
        return acted.answer.openModal(wrongPlaceModal(turn, Math.max(1, Number(more))));
      default:
        return undefined;
    }
  }

  async #submit(acted: Acted, { action, turn }: PressedAction): Promise<void> {
    const { interaction, answer } = acted;
    if (action !== ACTIONS.wrongPlace || interaction.type !== InteractionType.ModalSubmit) return;
    const feedback = readWrongPlace(interaction.data);
    if (feedback === undefined) await answer.whisper(NO_BOX);
    else await this.#judge(acted, turn, feedback);
  }

  async #ask(
    { interaction, where, author, standing }: Acted,
    asked: Pick<Message, 'ask' | 'text' | 'about'>,
  ): Promise<void> {
    const { conversation, replies } = this.#options;
    const { id } = interaction;
    const direct = where.kind === 'direct';
    const place = await this.#placeOf(interaction, where);
    const turn = await conversation.take({
      ...asked,
      platform: PLATFORM,
      ...place,
      id,
      author,
      standing,
      direct,
      attachments: [],
      addressed: true,
      choose: undefined,
      mentioned: true,
    });
    const address = { ...place, question: questionOf(interaction, where), author, direct };
    if (turn !== undefined) replies.follow(turn, address);
  }

  async #choose(acted: Acted, turn: TurnId, code: string): Promise<void> {
    const { conversation, replies, api } = this.#options;
    const { interaction, answer, where, author, standing } = acted;
    const by = { author, standing };
    const answering = await conversation.choose(turn, code as Choice['code'], by);
    const place = await this.#placeOf(interaction, where);
    const direct = where.kind === 'direct';
    const question = questionOf(interaction, where);
    replies.follow(answering, { ...place, question, author, direct });
    // An answered question has no buttons any more.
    const asked = 'message' in interaction ? pressedFor(interaction.message ?? {}) : undefined;
    if (asked === undefined) return answer.update({ components: [] });
    await answer.update({ components: [], attachments: [] });
    await closePrivateQuestion(api, where.id, asked);
  }

  /** Under a reply in a channel, the message that its case goes by. */
  async #placeOf(interaction: APIInteraction, where: ChannelFacts): Promise<CasePlace> {
    const under = 'message' in interaction ? interaction.message : undefined;
    const isInChannel = where.kind === 'channel' && under !== undefined;
    return placeOf(where, isInChannel ? await this.#options.roots.of(under) : where.id);
  }

  async #judge({ answer, author }: Acted, turn: TurnId, feedback: Feedback): Promise<void> {
    await this.#options.conversation.feedback(turn, feedback, author);
    await answer.whisper(THANKS);
  }
}

/** What the reply hangs on: in a channel, where a case goes by what replies to what, the message that was pressed. */
const questionOf = (interaction: APIInteraction, { kind }: ChannelFacts): string => {
  const under = 'message' in interaction ? interaction.message : undefined;
  if (kind !== 'channel' || under === undefined) return interaction.id;
  return pressedFor(under) ?? under.id;
};

/** The id of a component that was pressed, or of a modal that was sent. */
export const customIdOf = (interaction: APIInteraction): string | undefined =>
  interaction.type === InteractionType.MessageComponent ||
  interaction.type === InteractionType.ModalSubmit
    ? interaction.data.custom_id
    : undefined;

const chosenIn = (interaction: APIInteraction): string =>
  interaction.type === InteractionType.MessageComponent && 'values' in interaction.data
    ? (interaction.data.values[0] ?? '1')
    : '1';
