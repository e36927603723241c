import {
  channelOf,
  messageOf,
  Refusal,
  TIER_2,
  TIER_4,
  type Arguments,
  type Method,
  type MethodContext,
} from '../method.ts';
import { checkBlocks } from '../blocks.ts';
import type { Json, SlackMessage } from '../workspace.ts';
import { toWireMessage } from '../world.ts';
import { threadOf } from './chat.ts';

/** Of `markdown_text` in one call. */
const MOST_MARKDOWN = 12_000;

const needStreaming = ({ behaviour }: MethodContext): void => {
  if (!behaviour.streaming) throw new Refusal('unknown_method');
};

const wordsOf = (args: Arguments): string => {
  const chunks = args.list('chunks').filter(({ type }) => type === 'markdown_text');
  const text =
    (args.text('markdown_text') ?? '') + chunks.map((chunk) => String(chunk['text'])).join('');
  if (text.length > MOST_MARKDOWN) throw new Refusal('msg_too_long');
  return text;
};

/** A stream that is open still. Slack closes it when its time is over, even while words come. */
const openStream = (args: Arguments, context: MethodContext): SlackMessage => {
  const channel = channelOf(context, args.need('channel'));
  const message = messageOf(context, channel.id, args.need('ts'));
  if (message.user !== context.identity.bot) throw new Refusal('message_not_owned_by_app');
  expire(message, context);
  if (message.stream?.open !== true) throw new Refusal('message_not_in_streaming_state');
  return message;
};

const expire = ({ stream }: SlackMessage, { workspace, behaviour }: MethodContext): void => {
  if (stream?.open === true && workspace.now() - stream.startedAt >= behaviour.streamLifeMs)
    stream.open = false;
};

const start = (args: Arguments, context: MethodContext): Json => {
  needStreaming(context);
  const { workspace, identity, announcements } = context;
  const channel = channelOf(context, args.need('channel'));
  if (channel.kind !== 'im') {
    const user = args.text('recipient_user_id');
    const team = args.text('recipient_team_id');
    if (user === undefined) throw new Refusal('missing_recipient_user_id');
    if (team === undefined) throw new Refusal('missing_recipient_team_id');
    const person = workspace.users.get(user);
    if (person === undefined) throw new Refusal('user_not_found');
    if (person.team !== team && identity.team !== team) throw new Refusal('team_not_found');
  }
  const message = workspace.add({
    channel: channel.id,
    user: identity.bot,
    thread: threadOf(args, context, channel.id),
    text: wordsOf(args),
    stream: { startedAt: workspace.now(), open: true },
    unfurl: { links: false, media: false },
  });
  workspace.statuses.delete(`${channel.id}:${message.thread}`);
  announcements.posted(message, 'message');
  return { channel: channel.id, ts: message.ts };
};

const append = (args: Arguments, context: MethodContext): Json => {
  needStreaming(context);
  const message = openStream(args, context);
  message.text += wordsOf(args);
  context.workspace.changed();
  return { channel: message.channel, ts: message.ts };
};

const stop = (args: Arguments, context: MethodContext): Json => {
  needStreaming(context);
  const message = openStream(args, context);
  const blocks = args.list('blocks');
  checkBlocks(context, blocks);
  const previous = toWireMessage(context, message);
  message.text += wordsOf(args);
  if (message.text === '' && blocks.length === 0) throw new Refusal('no_text');
  // What was streamed is the message's first block; what the end brings comes after it.
  if (blocks.length > 0)
    message.blocks = [
      ...(message.text === '' ? [] : [{ type: 'markdown', text: message.text }]),
      ...blocks,
    ];
  message.metadata = args.json('metadata') ?? message.metadata;
  message.stream = { startedAt: message.stream?.startedAt ?? 0, open: false };
  context.announcements.changed(message, previous);
  context.workspace.changed();
  return { channel: message.channel, ts: message.ts, message: toWireMessage(context, message) };
};

export const STREAM_METHODS: Readonly<Record<string, Method>> = {
  'chat.startStream': { scopes: ['chat:write'], token: 'bot', perMinute: TIER_2, run: start },
  'chat.appendStream': { scopes: ['chat:write'], token: 'bot', perMinute: TIER_4, run: append },
  'chat.stopStream': { scopes: ['chat:write'], token: 'bot', perMinute: TIER_2, run: stop },
};
