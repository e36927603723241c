import {
  type Arguments,
  channelOf,
  Refusal,
  TIER_2,
  TIER_3,
  TIER_4,
  type Method,
  type MethodContext,
} from '../method.ts';
import type { Json, SlackChannel } from '../workspace.ts';
import { OTHER_TEAM, toWireMessage, type World } from '../world.ts';

const PAGE = 1_000;
/** For apps that are distributed outside the Marketplace, whatever they ask for. */
const SMALL_PAGE = 15;

const HISTORY_SCOPE = {
  public: 'channels:history',
  private: 'groups:history',
  im: 'im:history',
  mpim: 'mpim:history',
} as const;

const READ_SCOPE = {
  public: 'channels:read',
  private: 'groups:read',
  im: 'im:read',
  mpim: 'mpim:read',
} as const;

const needScope = ({ behaviour }: World, scope: string): void => {
  if (behaviour.scopes.has(scope)) return;
  throw new Refusal('missing_scope', { needed: scope, provided: [...behaviour.scopes].join(',') });
};

const replies = (args: Arguments, context: MethodContext): Json => {
  const channel = channelOf(context, args.need('channel'));
  needScope(context, HISTORY_SCOPE[channel.kind]);
  const ts = args.need('ts');
  const { workspace, behaviour } = context;
  const named = workspace.messages.find(
    (message) => message.channel === channel.id && message.ts === ts,
  );
  if (named === undefined) throw new Refusal('thread_not_found');
  const all = workspace
    .thread(channel.id, ts)
    .filter(({ onlyFor }) => onlyFor === undefined)
    .filter((message) => message.ts === ts || within(args, message.ts));
  const most = behaviour.history === 'distributed' ? SMALL_PAGE : PAGE;
  const limit = Math.min(Number(args.text('limit') ?? most), most);
  const from = Number(args.text('cursor') ?? 0);
  const page = all.slice(from, from + limit);
  const more = from + limit < all.length;
  const withMetadata = args.flag('include_all_metadata') === true;
  return {
    messages: page.map((message) => ({
      ...toWireMessage(context, message, 'history'),
      ...(message.thread === undefined ? { thread_ts: message.ts } : {}),
      ...(withMetadata && message.metadata !== undefined ? { metadata: message.metadata } : {}),
    })),
    has_more: more,
    ...(more ? { response_metadata: { next_cursor: String(from + limit) } } : {}),
  };
};

/** Between `oldest` and `latest`, which count themselves only when they are asked to. */
const within = (args: Arguments, ts: string): boolean => {
  const [oldest, latest] = [args.text('oldest') ?? '', args.text('latest') ?? '~'];
  return args.flag('inclusive') === true
    ? ts >= oldest && ts <= latest
    : ts > oldest && ts < latest;
};

const history = (args: Arguments, context: MethodContext): Json => {
  const channel = channelOf(context, args.need('channel'));
  needScope(context, HISTORY_SCOPE[channel.kind]);
  const messages = context.workspace.messages
    .filter((message) => message.channel === channel.id && !message.deleted)
    .filter(({ thread, subtype }) => thread === undefined || subtype === 'thread_broadcast')
    .filter(({ ts }) => within(args, ts))
    .toReversed()
    .slice(0, Number(args.text('limit') ?? 100));
  return {
    messages: messages.map((message) => toWireMessage(context, message, 'history')),
    has_more: false,
  };
};

const info = (args: Arguments, context: MethodContext): Json => {
  const channel = context.workspace.channels.get(args.need('channel'));
  if (channel === undefined) throw new Refusal('channel_not_found');
  needScope(context, READ_SCOPE[channel.kind]);
  return { channel: toWireChannel(channel) };
};

const toWireChannel = ({ id, name, kind, shared, user, botIsIn }: SlackChannel): Json => ({
  id,
  ...(kind === 'im' ? { user } : { name }),
  is_channel: kind === 'public',
  is_group: kind === 'private',
  is_im: kind === 'im',
  is_mpim: kind === 'mpim',
  is_private: kind !== 'public',
  is_ext_shared: shared,
  is_member: botIsIn,
});

const open = (args: Arguments, { workspace }: MethodContext): Json => {
  const users = args.need('users').split(',');
  const [user] = users;
  if (users.some((id) => !workspace.users.has(id))) throw new Refusal('user_not_found');
  return { channel: { id: directChannel(workspace, String(user)).id } };
};

/** The conversation of a person with the bot, made when it is first needed. */
export const directChannel = (workspace: World['workspace'], user: string): SlackChannel => {
  const there = [...workspace.channels.values()].find((channel) => channel.user === user);
  if (there !== undefined) return there;
  const channel: SlackChannel = {
    id: workspace.id('D'),
    name: '',
    kind: 'im',
    shared: false,
    user,
    botIsIn: true,
  };
  workspace.channels.set(channel.id, channel);
  return channel;
};

export const CONVERSATION_METHODS: Readonly<Record<string, Method>> = {
  'conversations.replies': { scopes: [], token: 'bot', perMinute: TIER_3, run: replies },
  'conversations.history': { scopes: [], token: 'bot', perMinute: TIER_3, run: history },
  'conversations.info': { scopes: [], token: 'bot', perMinute: TIER_3, run: info },
  'conversations.open': {
    scopes: ['im:write', 'mpim:write'],
    token: 'bot',
    perMinute: TIER_3,
    run: open,
  },
  'conversations.list': {
    scopes: ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
    token: 'bot',
    perMinute: TIER_2,
    run: (args, { workspace, identity }) => {
      if (identity.enterprise !== undefined && args.text('team_id') === undefined)
        throw new Refusal('missing_argument');
      return { channels: [...workspace.channels.values()].map(toWireChannel) };
    },
  },
  'users.info': {
    scopes: ['users:read'],
    token: 'bot',
    perMinute: TIER_4,
    run: (args, { workspace, identity }) => {
      const user = workspace.users.get(args.need('user'));
      if (user === undefined) throw new Refusal('user_not_found');
      const { enterprise, team } = identity;
      const isOfOrganisation = enterprise !== undefined && [team, OTHER_TEAM].includes(user.team);
      return {
        user: {
          id: user.id,
          team_id: user.team,
          name: user.name,
          is_admin: user.admin,
          is_owner: false,
          is_restricted: user.guest,
          is_ultra_restricted: false,
          is_stranger: user.team !== team && !isOfOrganisation,
          ...(isOfOrganisation ? { enterprise_user: { enterprise_id: enterprise } } : {}),
          is_bot: user.id === identity.bot,
        },
      };
    },
  },
};
