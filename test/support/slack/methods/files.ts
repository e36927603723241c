import { checkBlocks } from '../blocks.ts';
import {
  channelOf,
  Refusal,
  TIER_3,
  TIER_4,
  type Arguments,
  type Method,
  type MethodContext,
} from '../method.ts';
import type { Json, SlackFile } from '../workspace.ts';
import { toWireFile, toWireMessage } from '../world.ts';
import { threadOf } from './chat.ts';

/** Of alternative text. */
const MOST_ALT_CHARACTERS = 1_000;

/** Files whose bytes have been asked for but not completed are not yet visible. */
const visible = ({ workspace }: MethodContext, id: string): SlackFile => {
  const file = workspace.files.get(id);
  if (file === undefined) throw new Refusal('file_not_found');
  if (file.deleted) throw new Refusal('file_deleted');
  return file;
};

const askForUrl = (args: Arguments, { workspace, identity, url }: MethodContext): Json => {
  const name = args.need('filename');
  const length = Number(args.need('length'));
  if (!(length > 0)) throw new Refusal('invalid_arguments');
  // The documentation's name; what the SDK's `filesUploadV2` sends, `alt_text`, is not in it.
  const altText = args.text('alt_txt') ?? '';
  if (altText.length > MOST_ALT_CHARACTERS) throw new Refusal('alt_txt_too_large');
  const file = workspace.addFile({
    name,
    altText,
    bytes: new Uint8Array(0),
    user: identity.bot,
    mimetype: name.endsWith('.jpg') ? 'image/jpeg' : 'image/png',
    readyAt: Number.POSITIVE_INFINITY,
  });
  return { upload_url: `${url}/upload/v1/${file.id}?length=${length}`, file_id: file.id };
};

/** Answers at once; the message with the files appears later. */
const complete = (args: Arguments, context: MethodContext): Json => {
  const { workspace, identity, announcements, behaviour } = context;
  const named = args.list('files');
  if (named.length === 0) throw new Refusal('invalid_arguments');
  const files = named.map(({ id, title }) => {
    const file = visible(context, String(id));
    if (file.bytes.length === 0) throw new Refusal('file_not_found');
    if (file.shares.length > 0) throw new Refusal('file_already_shared');
    if (typeof title === 'string') file.title = title;
    return file;
  });
  const channelId = args.text('channel_id');
  const channel = channelId === undefined ? undefined : channelOf(context, channelId);
  const thread = channel && threadOf(args, context, channel.id);
  const blocks = args.list('blocks');
  checkBlocks(context, blocks);
  const comment = args.text('initial_comment');
  const answer = { files: files.map(({ id, title }) => ({ id, title })) };
  if (behaviour.lostShares > 0) {
    behaviour.lostShares -= 1;
    return answer;
  }
  context.schedule(behaviour.shareMs, () => {
    for (const file of files) file.readyAt = workspace.now();
    if (channel !== undefined) {
      const message = workspace.add({
        channel: channel.id,
        user: identity.bot,
        thread,
        text: comment ?? '',
        // The comment wins over blocks.
        blocks: comment === undefined ? blocks : [],
        files: files.filter(({ deleted }) => !deleted),
        subtype: 'file_share',
      });
      workspace.statuses.delete(`${channel.id}:${thread}`);
      announcements.posted(message, 'message');
    }
    workspace.changed();
  });
  return answer;
};

const info = (args: Arguments, context: MethodContext): Json => ({
  file: toWireFile(context, visible(context, args.need('file')), 'info'),
  comments: [],
});

/** The message stays with a tombstone in the file's place, but goes when it had nothing else. */
const remove = (args: Arguments, context: MethodContext): Json => {
  const file = visible(context, args.need('file'));
  if (file.user !== context.identity.bot) throw new Refusal('cant_delete_file');
  deleteFile(context, file);
  return {};
};

export const deleteFile = (context: MethodContext, file: SlackFile): void => {
  const { workspace, announcements } = context;
  for (const { channel, ts } of file.shares) {
    const message = workspace.find(channel, ts);
    if (message === undefined) continue;
    const previous = toWireMessage(context, message);
    file.deleted = true;
    const empty = message.text === '' && message.files.every(({ deleted }) => deleted);
    if (empty) message.deleted = true;
    if (empty) announcements.deleted(message, workspace.thread(channel, ts).length > 1);
    else announcements.changed(message, previous);
  }
  file.deleted = true;
  workspace.changed();
};

export const FILE_METHODS: Readonly<Record<string, Method>> = {
  'files.getUploadURLExternal': {
    scopes: ['files:write'],
    token: 'bot',
    perMinute: TIER_4,
    run: askForUrl,
  },
  'files.completeUploadExternal': {
    scopes: ['files:write'],
    token: 'bot',
    perMinute: TIER_4,
    run: complete,
  },
  'files.info': { scopes: ['files:read'], token: 'bot', perMinute: TIER_4, run: info },
  'files.delete': { scopes: ['files:write'], token: 'bot', perMinute: TIER_3, run: remove },
};
