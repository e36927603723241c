import { channelOf, CODE, messageOf, Refusal, type Context, type Route } from '../route.ts';
import { CHANNEL, FLAGS, type Channel, type Message } from '../world.ts';
import { postAs } from './messages.ts';

const THREAD_STARTER = 21;
const PARENTS: ReadonlySet<number> = new Set([CHANNEL.text, CHANNEL.announcement]);

export const CHANNEL_ROUTES: readonly Route[] = [
  {
    call: 'GET /channels/:channel',
    answer: ({ ids }, context) => context.wire.channel(channelOf(context, ids['channel'])),
  },
  {
    call: 'PATCH /channels/:channel',
    answer: ({ ids, body }, context) => {
      const channel = channelOf(context, ids['channel']);
      if (channel.locked) throw new Refusal(403, CODE.missingPermissions);
      if (typeof body['archived'] === 'boolean') channel.archived = body['archived'];
      context.tell.thread('THREAD_UPDATE', channel);
      return context.wire.channel(channel);
    },
  },
  {
    call: 'POST /channels/:channel/typing',
    answer: ({ ids }, context) => void channelOf(context, ids['channel']),
  },
  {
    call: 'PUT /channels/:channel/thread-members/:user',
    answer: ({ ids }, context) =>
      void channelOf(context, ids['channel']).members.add(ids['user'] ?? ''),
  },
  {
    call: 'POST /channels/:channel/messages/:message/threads',
    answer: ({ ids, body }, context) => {
      const channel = channelOf(context, ids['channel']);
      const message = messageOf(context, ids['message']);
      const name = typeof body['name'] === 'string' ? body['name'] : '';
      if (message.channel !== channel.id) throw new Refusal(404, CODE.unknownMessage);
      if (!PARENTS.has(channel.type)) throw new Refusal(400, CODE.wrongType);
      if (!context.world.may(channel, 'createPublicThreads'))
        throw new Refusal(403, CODE.missingPermissions);
      if (name.length < 1 || name.length > 100) throw new Refusal(400, CODE.invalidForm);
      if (message.thread !== undefined) throw new Refusal(400, CODE.threadExists);
      return context.wire.channel(openThread(context, { message, name, owner: context.world.bot }));
    },
  },
  {
    call: 'GET /guilds/:guild/threads/active',
    answer: (_request, { world, wire }) => ({
      threads: [...world.channels.values()]
        .filter(
          (one) => one.type === CHANNEL.thread && !one.archived && world.may(one, 'viewChannel'),
        )
        .map((one) => wire.channel(one)),
      members: [],
    }),
  },
  {
    call: 'POST /users/@me/channels',
    answer: ({ body }, context) =>
      context.wire.channel(directWith(context, String(body['recipient_id']))),
  },
];

export const newChannel = (channel: Pick<Channel, 'id' | 'type'> & Partial<Channel>): Channel => ({
  guild: undefined,
  name: '',
  parent: undefined,
  owner: undefined,
  archived: false,
  locked: false,
  tags: [],
  availableTags: [],
  recipient: undefined,
  members: new Set(),
  denied: new Set(),
  ...channel,
});

/** A thread from a message has its id; what stands in it of the message is an empty pointer. */
export const openThread = (
  context: Context,
  {
    message,
    name,
    owner,
  }: { readonly message: Message; readonly name: string; readonly owner: string },
): Channel => {
  const { world } = context;
  const { id, channel: parent } = message;
  const thread = newChannel({ id, type: CHANNEL.thread, guild: world.guild, name, parent, owner });
  world.channels.set(id, thread);
  thread.members.add(owner);
  message.thread = id;
  message.flags |= FLAGS.hasThread;
  context.tell.thread('THREAD_CREATE', thread);
  const reference = { channel: parent, message: id, type: 0 };
  postAs(context, {
    channel: id,
    author: message.author,
    content: '',
    type: THREAD_STARTER,
    reference,
  });
  return thread;
};

export const directWith = ({ world }: Context, recipient: string): Channel => {
  const there = [...world.channels.values()].find((one) => one.recipient === recipient);
  if (there !== undefined) return there;
  const channel = newChannel({ id: world.id(), type: CHANNEL.dm, recipient });
  world.channels.set(channel.id, channel);
  return channel;
};
