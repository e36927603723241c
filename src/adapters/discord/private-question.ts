import { Routes, type APIMessage } from 'discord.js';
import type { Conversation, TurnId } from '../../core/conversation.ts';
import type { ReplyEvent } from '../../core/reply.ts';
import { WetreadError } from '../../errors.ts';
import type { PressedAction } from './actions.ts';
import type { DiscordApi } from './discord-api.ts';
import { DiscordFailure } from './discord-failure.ts';
import type { Guilds } from './guilds.ts';
import type { Acted } from './interactions.ts';
import { toUpload } from './picture-upload.ts';
import { quietMarkdown } from './quiet-markdown.ts';
import { bodyOf } from './reply-body.ts';
import { HOW_TO_DELETE } from './reply-content.ts';

/** A reply that has ended is told at once; a store that is slow is not waited for beyond the interaction. */
const READ_MS = 10_000;
const CLOSE_MS = 10_000;

const FOR_ANOTHER =
  'This question is for whoever asked about the film, and is shown to nobody else.';

export type PrivateQuestionOptions = {
  readonly conversation: Conversation;
  readonly guilds: Guilds;
};

/** "Show it to me": the masked film and what is asked about it, seen by whoever asked and by nobody else. */
export const showPrivateQuestion = async (
  { conversation, guilds }: PrivateQuestionOptions,
  { answer, author, where }: Acted,
  { turn, more: asker }: PressedAction,
): Promise<void> => {
  if (author !== asker) return answer.whisper(FOR_ANOTHER);
  const { question, options, picture } = await findQuestion(conversation, turn);
  const upload =
    picture === null ? undefined : await toUpload(picture, guilds.uploadLimit(where.guild));
  const content = {
    text: quietMarkdown(`${question}\n\n${HOW_TO_DELETE}`),
    footer: { kind: 'question', options },
    picture: picture ?? undefined,
  } as const;
  const { body, files } = bodyOf(content, upload, { turn, part: 0, hidden: false });
  await answer.whisperBody(body, files);
};

/** Fails with a `WetreadError`. */
const findQuestion = async (
  conversation: Conversation,
  turn: TurnId,
): Promise<Extract<ReplyEvent, { type: 'choices' }>> => {
  for await (const event of conversation.events(turn, AbortSignal.timeout(READ_MS)))
    if (event.type === 'choices') return event;
  throw new WetreadError('choice-unknown');
};

/**
 * The message that was pressed to be shown `message`, which is seen by one person alone; undefined: it was not shown
 * like that.
 */
export const pressedFor = ({
  interaction_metadata: pressed,
}: Pick<APIMessage, 'interaction_metadata'>): string | undefined =>
  pressed !== undefined && 'interacted_message_id' in pressed
    ? pressed.interacted_message_id
    : undefined;

/** What was answered is not shown once more. Never fails: a press too many is told so. */
export const closePrivateQuestion = async (
  api: DiscordApi,
  channel: string,
  message: string,
): Promise<void> => {
  try {
    const options = { body: { components: [] }, patienceMs: CLOSE_MS };
    await api.call('PATCH', Routes.channelMessage(channel, message), options);
  } catch (error) {
    if (!(error instanceof DiscordFailure)) throw error;
  }
};
