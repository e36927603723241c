import { checkBlocks } from '../blocks.ts';
import {
  channelOf,
  messageOf,
  Refusal,
  TIER_3,
  TIER_4,
  type Arguments,
  type Method,
  type MethodContext,
} from '../method.ts';
import type { Json, SlackMessage } from '../workspace.ts';
import { toWireMessage } from '../world.ts';
import { directChannel } from './conversations.ts';

/** Text of a message beyond this is cut off, without an error. */
const MOST_TEXT = 40_000;
/** An edit is refused instead. */
const MOST_EDITED_TEXT = 4_000;
const MOST_MARKDOWN = 12_000;

type Content = { readonly text: string; readonly blocks: readonly Json[] };

/** Of `text`, `blocks` and `markdown_text`, which goes with neither of the others. */
const contentOf = (args: Arguments, context: MethodContext): Content => {
  const text = args.text('text');
  const markdown = args.text('markdown_text');
  const blocks = args.list('blocks');
  checkBlocks(context, blocks);
  if (markdown !== undefined) {
    if (text !== undefined || blocks.length > 0) throw new Refusal('markdown_text_conflict');
    if (markdown.length > MOST_MARKDOWN) throw new Refusal('msg_too_long');
    return { text: markdown, blocks: [{ type: 'markdown', text: markdown }] };
  }
  return { text: text ?? '', blocks };
};

/** A reply belongs to a message that is there and is no reply itself. */
export const threadOf = (
  args: Arguments,
  { workspace }: MethodContext,
  channel: string,
): string | undefined => {
  const thread = args.text('thread_ts');
  if (thread === undefined) return undefined;
  const root = workspace.messages.find(
    (message) => message.channel === channel && message.ts === thread,
  );
  if (root === undefined) throw new Refusal('thread_not_found');
  return root.thread ?? thread;
};

const post = (args: Arguments, context: MethodContext): Json => {
  const { workspace, identity, announcements } = context;
  const to = args.need('channel');
  // A person's id stands for the direct messages with that person.
  const channel = workspace.users.has(to) ? directChannel(workspace, to) : channelOf(context, to);
  const content = contentOf(args, context);
  if (content.text === '' && content.blocks.length === 0) throw new Refusal('no_text');
  const message = workspace.add({
    channel: channel.id,
    user: identity.bot,
    thread: threadOf(args, context, channel.id),
    text: content.text.slice(0, MOST_TEXT),
    blocks: content.blocks,
    metadata: args.json('metadata'),
    unfurl: {
      links: args.flag('unfurl_links') ?? false,
      media: args.flag('unfurl_media') ?? true,
    },
  });
  if (message.thread !== undefined) workspace.statuses.delete(`${channel.id}:${message.thread}`);
  announcements.posted(message, 'message');
  return { channel: channel.id, ts: message.ts, message: toWireMessage(context, message) };
};

/** A message of the bot's own that may be changed. */
const own = (
  context: MethodContext,
  channel: string,
  ts: string,
  refusal: string,
): SlackMessage => {
  const message = messageOf(context, channel, ts);
  if (message.user !== context.identity.bot) throw new Refusal(refusal);
  return message;
};

const update = (args: Arguments, context: MethodContext): Json => {
  const channel = channelOf(context, args.need('channel'));
  const message = own(context, channel.id, args.need('ts'), 'cant_update_message');
  if (message.stream?.open === true) throw new Refusal('streaming_state_conflict');
  const content = contentOf(args, context);
  const limit = args.text('markdown_text') === undefined ? MOST_EDITED_TEXT : MOST_MARKDOWN;
  if (content.text.length > limit) throw new Refusal('msg_too_long');
  if (content.text === '' && content.blocks.length === 0) throw new Refusal('no_text');
  const previous = toWireMessage(context, message);
  message.text = content.text;
  message.blocks = content.blocks;
  message.metadata = args.json('metadata') ?? message.metadata;
  message.edited = true;
  context.announcements.changed(message, previous);
  context.workspace.changed();
  return { channel: channel.id, ts: message.ts, text: message.text };
};

const remove = (args: Arguments, context: MethodContext): Json => {
  const channel = channelOf(context, args.need('channel'));
  const message = own(context, channel.id, args.need('ts'), 'cant_delete_message');
  const replies = context.workspace.thread(channel.id, message.ts).length > 1;
  message.deleted = true;
  context.announcements.deleted(message, replies);
  context.workspace.changed();
  return { channel: channel.id, ts: message.ts };
};

const whisper = (args: Arguments, context: MethodContext): Json => {
  const channel = channelOf(context, args.need('channel'));
  const message = context.workspace.add({
    channel: channel.id,
    user: context.identity.bot,
    thread: threadOf(args, context, channel.id),
    ...contentOf(args, context),
    onlyFor: args.need('user'),
  });
  return { message_ts: message.ts };
};

const permalink = (args: Arguments, context: MethodContext): Json => {
  const message = messageOf(context, args.need('channel'), args.need('message_ts'));
  return {
    channel: message.channel,
    permalink: `${context.url}/archives/${message.channel}/p${message.ts}`,
  };
};

export const CHAT_METHODS: Readonly<Record<string, Method>> = {
  'chat.postMessage': { scopes: ['chat:write'], token: 'bot', run: post },
  'chat.update': { scopes: ['chat:write'], token: 'bot', perMinute: TIER_3, run: update },
  'chat.delete': { scopes: ['chat:write'], token: 'bot', perMinute: TIER_3, run: remove },
  'chat.postEphemeral': { scopes: ['chat:write'], token: 'bot', perMinute: TIER_4, run: whisper },
  'chat.getPermalink': { scopes: [], token: 'bot', run: permalink },
};
