import type { Message } from '../../core/conversation.ts';
import type { Ask } from '../../core/reading.ts';
import type { Installation } from './installation.ts';
import { filmsOf } from './message-films.ts';
import type { ReplyAddress } from './reply-address.ts';
import { readText } from './spoken-text.ts';
import type { SlackMessage } from './wire.ts';

/** What the adapter is called in messages, and where its turns wait. */
export const PLATFORM = 'slack';

/** A message of somebody in a channel, as Slack tells of it. */
export type Heard = {
  readonly channel: string;
  readonly message: SlackMessage & { readonly user: string };
  readonly direct: boolean;
  readonly standing: Message['standing'];
  readonly addressed: boolean;
};

export const threadOf = ({ ts, thread_ts }: Pick<SlackMessage, 'ts' | 'thread_ts'>): string =>
  thread_ts ?? ts;

export const toMessage = (
  { workspace, botUser }: Installation,
  { channel, message, direct, standing, addressed }: Heard,
): Message => ({
  platform: PLATFORM,
  workspace,
  channel,
  thread: threadOf(message),
  id: message.ts,
  author: message.user,
  standing,
  direct,
  text: readText(message.text ?? '', botUser).words,
  ask: undefined,
  about: undefined,
  attachments: filmsOf(message),
  addressed,
  choose: undefined,
});

/** Somebody pressed something: `id` tells one press from another. */
export type Pressed = {
  readonly channel: string;
  readonly thread: string;
  readonly id: string;
  readonly author: string;
  readonly standing: Message['standing'];
  readonly text: string;
  readonly ask: Ask | undefined;
  readonly about: string | undefined;
  readonly attachments: Message['attachments'];
};

export const toPressedMessage = ({ workspace }: Installation, pressed: Pressed): Message => ({
  ...pressed,
  platform: PLATFORM,
  workspace,
  direct: isDirect(pressed.channel),
  addressed: true,
  choose: undefined,
});

/** Channels of one person and the bot have ids of their own kind. */
export const isDirect = (channel: string): boolean => channel.startsWith('D');

/** Where the reply to a message goes. */
export const addressOf = (
  { team }: Installation,
  { channel, message, direct }: Pick<Heard, 'channel' | 'message' | 'direct'>,
): ReplyAddress => {
  const begins = message.thread_ts === undefined || message.thread_ts === message.ts;
  return {
    channel,
    thread: threadOf(message),
    question: message.ts,
    direct,
    reader: { user: message.user, team: message.user_team ?? message.team ?? team },
    author: message.user,
    title: direct && begins ? titleOf(message) : undefined,
    unread: undefined,
  };
};

/** Neutral: a question may hold a name, and titles are shown in lists. "Chest film 14:05", in the server's time. */
const titleOf = ({ ts }: SlackMessage): string => {
  const at = new Date(Number(ts) * 1_000);
  const [hours, minutes] = [at.getHours(), at.getMinutes()].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `Chest film ${hours}:${minutes}`;
};
