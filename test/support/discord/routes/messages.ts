import { checkMessage } from '../check-message.ts';
import {
  channelOf,
  CODE,
  messageOf,
  Refusal,
  type Context,
  type Request,
  type Route,
} from '../route.ts';
import { CHANNEL, type Attachment, type Channel, type Json, type Message } from '../world.ts';

const HOUR_MS = 3_600_000;
/** A nonce is remembered for some minutes. */
const NONCE_MS = 5 * 60_000;

const SIGHT = ({ behaviour }: Context) => ({ content: behaviour.contentIntent });

export const MESSAGE_ROUTES: readonly Route[] = [
  {
    call: 'POST /channels/:channel/messages',
    answer: (request, context) => context.wire.message(create(request, context), SIGHT(context)),
  },
  {
    call: 'PATCH /channels/:channel/messages/:message',
    answer: (request, context) => {
      const channel = channelOf(context, request.ids['channel']);
      const message = messageOf(context, request.ids['message']);
      if (message.channel !== channel.id) throw new Refusal(404, CODE.unknownMessage);
      if (message.author !== context.world.bot) throw new Refusal(403, CODE.editOther);
      if (channel.archived) throw new Refusal(400, CODE.archived);
      edit(message, request, context);
      return context.wire.message(message, SIGHT(context));
    },
  },
  {
    call: 'DELETE /channels/:channel/messages/:message',
    answer: ({ ids }, context) => {
      const channel = channelOf(context, ids['channel']);
      const message = messageOf(context, ids['message']);
      if (message.channel !== ids['channel']) throw new Refusal(404, CODE.unknownMessage);
      const isOurs = message.author === context.world.bot;
      const mayManage = channel.guild !== undefined && context.world.may(channel, 'manageMessages');
      if (!isOurs && !mayManage) throw new Refusal(403, CODE.missingPermissions);
      message.deleted = true;
      context.tell.deleted(message);
    },
  },
  {
    call: 'GET /channels/:channel/messages/:message',
    answer: ({ ids }, context) => {
      readable(context, ids['channel']);
      const message = messageOf(context, ids['message']);
      if (message.channel !== ids['channel']) throw new Refusal(404, CODE.unknownMessage);
      return { ...context.wire.message(message, SIGHT(context)), nonce: undefined };
    },
  },
  {
    call: 'GET /channels/:channel/messages',
    answer: ({ ids, query }, context) => {
      const { id } = readable(context, ids['channel']);
      const limit = Number(query.get('limit') ?? 50);
      if (limit < 1 || limit > 100) throw new Refusal(400, CODE.invalidForm);
      const after = query.get('after');
      const before = query.get('before');
      const all = context.world
        .in(id)
        .filter(({ onlyFor }) => onlyFor === undefined)
        .filter((message) => after === null || BigInt(message.id) > BigInt(after))
        .filter((message) => before === null || BigInt(message.id) < BigInt(before));
      // Behind `after` the oldest of them, else the newest; both newest first, and a nonce is lost by then.
      const page = after === null ? all.slice(-limit) : all.slice(0, limit);
      return page
        .toReversed()
        .map((message) => ({ ...context.wire.message(message, SIGHT(context)), nonce: undefined }));
    },
  },
];

const readable = (context: Context, id: string | undefined): Channel => {
  const channel = channelOf(context, id);
  if (!context.world.may(channel, 'readMessageHistory')) throw new Refusal(403, CODE.missingAccess);
  return channel;
};

const create = (request: Request, context: Context): Message => {
  const { world, behaviour } = context;
  const { body, files } = request;
  const channel = channelOf(context, request.ids['channel']);
  const isThread = channel.type === CHANNEL.thread;
  if (!world.may(channel, isThread ? 'sendMessagesInThreads' : 'sendMessages'))
    throw new Refusal(403, CODE.missingPermissions);
  if (channel.type === CHANNEL.forum) throw new Refusal(400, CODE.wrongType);
  if (channel.locked) throw new Refusal(400, CODE.threadLocked);
  const isForumPost = isThread && world.channels.get(channel.parent ?? '')?.type === CHANNEL.forum;
  if (isForumPost && !world.messages.has(channel.id)) throw new Refusal(403, CODE.noStarterYet);
  if (files.length > 0 && !world.may(channel, 'attachFiles'))
    throw new Refusal(403, CODE.missingPermissions);
  checkMessage(request, behaviour);
  const nonce = typeof body['nonce'] === 'string' ? body['nonce'] : undefined;
  const twin =
    body['enforce_nonce'] === true && nonce !== undefined && findTwin(context, channel, nonce);
  if (twin) return twin;
  const content = trimmed(body['content']);
  const components = (body['components'] ?? []) as Json[];
  if (content === '' && files.length === 0 && components.length === 0)
    throw new Refusal(400, CODE.empty);
  const message = postAs(context, {
    channel: channel.id,
    author: world.bot,
    content,
    components,
    attachments: attach(context, channel.id, request),
    flags: Number(body['flags'] ?? 0),
    reference: referenceOf(body, channel, context),
    pings: pingsOf(content, body['allowed_mentions']),
    nonce,
  });
  return message;
};

const findTwin = ({ world }: Context, channel: Channel, nonce: string): Message | undefined =>
  world.in(channel.id).find((message) => {
    const age = world.now() - Number((BigInt(message.id) >> 22n) + 1_420_070_400_000n);
    return message.author === world.bot && message.nonce === nonce && age < NONCE_MS;
  });

const referenceOf = (body: Json, channel: Channel, context: Context): Message['reference'] => {
  const asked = body['message_reference'] as
    | { message_id: string; fail_if_not_exists?: boolean }
    | undefined;
  if (asked === undefined) return undefined;
  const there = context.world.messages.get(asked.message_id);
  const isThere = there !== undefined && !there.deleted && there.channel === channel.id;
  if (!isThere && asked.fail_if_not_exists !== false) throw new Refusal(400, CODE.invalidForm);
  return isThere ? { channel: channel.id, message: asked.message_id, type: 0 } : undefined;
};

export const trimmed = (content: unknown): string =>
  typeof content === 'string' ? content.trim() : '';

/** Whom clients are told: mentions, unless they are not allowed. */
export const pingsOf = (content: string, allowed: unknown): readonly string[] => {
  const { parse } = (allowed ?? { parse: ['users', 'everyone', 'roles'] }) as { parse?: string[] };
  if (parse?.includes('users') !== true) return [];
  const users = [...content.matchAll(/<@!?(\d+)>/g)].map(([, id = '']) => id);
  return /@(?:everyone|here)/.test(content) ? [...users, 'everyone'] : users;
};

/** Files of a request as attachments, described as its `attachments` say. */
export const attach = (
  { world }: Context,
  channel: string,
  { body, files }: Pick<Request, 'body' | 'files'>,
): readonly Attachment[] =>
  files.map(({ index, name, type, bytes }) => {
    const said = (
      (body['attachments'] ?? []) as { id: unknown; description?: string; filename?: string }[]
    ).find(({ id }) => String(id) === index);
    const attachment = {
      id: world.id(),
      channel,
      bytes,
      type,
      filename: said?.filename ?? name,
      description: said?.description,
    };
    world.attachments.set(attachment.id, attachment);
    return attachment;
  });

export const edit = (message: Message, request: Request, context: Context): void => {
  const { world, behaviour } = context;
  const { body, files } = request;
  checkMessage(request, behaviour);
  const age = world.now() - Number((BigInt(message.id) >> 22n) + 1_420_070_400_000n);
  if (age > HOUR_MS && message.edits >= behaviour.oldEdits) throw new Refusal(400, CODE.oldEdits);
  const channel = world.channels.get(message.channel);
  if (files.length > 0 && channel !== undefined && !world.may(channel, 'attachFiles'))
    throw new Refusal(403, CODE.missingPermissions);
  message.edits += 1;
  if (body['content'] !== undefined) {
    message.content = trimmed(body['content']);
    // An edit reads mentions again, as it is told or by default; whom it names is not rung up, but shown so.
    message.pings = pingsOf(message.content, body['allowed_mentions']);
  }
  if (body['components'] !== undefined) message.components = body['components'] as Json[];
  const kept = body['attachments'] as { id: unknown }[] | undefined;
  const old = message.attachments.filter(
    ({ id }) => kept === undefined || kept.some((one) => String(one.id) === id),
  );
  message.attachments = [...old, ...attach(context, message.channel, request)];
  if (body['flags'] !== undefined) message.flags = Number(body['flags']);
  message.editedAt = world.now();
  context.tell.message('MESSAGE_UPDATE', message);
};

type Posting = Pick<Message, 'channel' | 'author' | 'content'> &
  Partial<Omit<Message, 'channel' | 'author' | 'content'>>;

/** A message comes into the world, and whoever hears of it is told. */
export const postAs = (context: Context, posting: Posting, telling = true): Message => {
  const { world } = context;
  const message: Message = {
    id: world.id(),
    type: posting.reference === undefined || posting.reference.type !== 0 ? 0 : 19,
    attachments: [],
    components: [],
    flags: 0,
    reference: undefined,
    snapshot: undefined,
    pings: [],
    nonce: undefined,
    editedAt: undefined,
    edits: 0,
    thread: undefined,
    interaction: undefined,
    onlyFor: undefined,
    deleted: false,
    ...posting,
  };
  const channel = world.channels.get(message.channel);
  // A message opens a thread that was put away again.
  if (channel?.type === CHANNEL.thread) {
    channel.archived = false;
    channel.members.add(message.author);
  }
  world.messages.set(message.id, message);
  if (telling) context.tell.message('MESSAGE_CREATE', message);
  world.changed();
  return message;
};
