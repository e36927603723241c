import {
  ChannelType,
  PermissionFlagsBits,
  PermissionsBitField,
  Routes,
  type APIChannel,
  type APIThreadChannel,
  type Channel,
  type Client,
  type Guild,
} from 'discord.js';
import type { Message } from '../../core/conversation.ts';
import type { DiscordApi } from './discord-api.ts';
import { hasCode, CODES } from './discord-failure.ts';
import { namesOfMissing, type NeededPermission } from './requirements.ts';

/** What a channel is, as far as it matters where a message belongs. */
export type ChannelFacts = {
  readonly id: string;
  readonly kind: 'direct' | 'thread' | 'channel';
  /** '' of direct messages. */
  readonly guild: string;
  /** Of a thread, the channel it hangs on; else the channel itself. */
  readonly parent: string;
  /** Its parent is a forum: the first message has the thread's own id, and lies inside it. */
  readonly inForum: boolean;
  /** Of a thread: who opened it. */
  readonly owner: string | undefined;
  /** Of a forum post: the names of its tags. */
  readonly tags: readonly string[];
};

/** Channels that were asked for; what the library knows is not kept here. */
const MOST = 5_000;
const PATIENCE_MS = 10_000;
/** Without boosts: discord.com/developers/docs/reference, "uploading files". */
const UPLOAD_BYTES = 10 * 2 ** 20;
const TIER_BYTES: Readonly<Record<number, number>> = { 2: 50 * 2 ** 20, 3: 100 * 2 ** 20 };

/** Servers, channels and permissions: what the gateway told, and what is asked for where it did not. */
export class Guilds {
  readonly #api: DiscordApi;
  readonly #client: () => Client | undefined;
  readonly #asked = new Map<string, ChannelFacts>();

  constructor(api: DiscordApi, client: () => Client | undefined) {
    this.#api = api;
    this.#client = client;
  }

  /** Fails with a `DiscordFailure`. */
  async channel(id: string): Promise<ChannelFacts> {
    const known = this.#client()?.channels.cache.get(id);
    if (known !== undefined) return factsOf(known);
    const asked = this.#asked.get(id);
    if (asked !== undefined) return asked;
    const facts = await this.#ask(id);
    if (this.#asked.size >= MOST) this.#asked.clear();
    this.#asked.set(id, facts);
    return facts;
  }

  /** A thread that is there; undefined: there is none of this id. Fails with a `DiscordFailure`. */
  async findThread(id: string): Promise<ChannelFacts | undefined> {
    try {
      const facts = await this.channel(id);
      return facts.kind === 'thread' ? facts : undefined;
    } catch (error) {
      if (hasCode(error, CODES.unknownChannel)) return undefined;
      throw error;
    }
  }

  /** Moderators are who may manage messages in the channel. */
  standing(
    { guild, parent }: Pick<ChannelFacts, 'guild' | 'parent'>,
    user: string,
    roles: readonly string[],
  ): Message['standing'] {
    const there = this.#client()?.guilds.cache.get(guild);
    if (guild === '' || there === undefined) return 'member';
    const permissions = permissionsIn(there, parent, { user, roles });
    return permissions.has(PermissionFlagsBits.ManageMessages) ? 'moderator' : 'member';
  }

  /** Names of permissions that we lack in a channel; none where that is not known. */
  missing(channel: string, needed: readonly NeededPermission[]): readonly string[] {
    const there = this.#client()?.channels.cache.get(channel);
    if (there === undefined || there.isDMBased()) return [];
    const me = there.guild.members.me;
    if (me === null) return [];
    const parent = there.isThread() ? (there.parentId ?? there.id) : there.id;
    const roles = [...me.roles.cache.keys()];
    return namesOfMissing(permissionsIn(there.guild, parent, { user: me.id, roles }), needed);
  }

  /** Our own role, which bears our name: people who mean us mention it as often. */
  ownRole(guild: string): string | undefined {
    const client = this.#client();
    const roles = client?.guilds.cache.get(guild)?.roles.cache;
    return roles?.find(({ tags }) => tags?.botId !== undefined && tags.botId === client?.user?.id)
      ?.id;
  }

  /** Bytes that one attachment may have there. */
  uploadLimit(guild: string): number {
    const tier = this.#client()?.guilds.cache.get(guild)?.premiumTier ?? 0;
    return TIER_BYTES[tier] ?? UPLOAD_BYTES;
  }

  async #ask(id: string): Promise<ChannelFacts> {
    const options = { patienceMs: PATIENCE_MS };
    const channel = await this.#api.call<APIChannel>('GET', Routes.channel(id), options);
    if (channel.type === ChannelType.DM || channel.type === ChannelType.GroupDM)
      return { ...NOWHERE, id, parent: id, kind: 'direct' };
    const guild = ('guild_id' in channel ? channel.guild_id : undefined) ?? '';
    if (!THREADS.has(channel.type)) return { ...NOWHERE, id, parent: id, guild };
    const thread = channel as APIThreadChannel;
    const parent = thread.parent_id ?? id;
    const forum = this.#client()?.channels.cache.get(parent);
    return {
      id,
      kind: 'thread',
      guild,
      parent,
      inForum: forum !== undefined && isForum(forum),
      owner: thread.owner_id,
      tags: tagNames(forum, thread.applied_tags ?? []),
    };
  }
}

const NOWHERE = { kind: 'channel', guild: '', inForum: false, owner: undefined, tags: [] } as const;

const THREADS: ReadonlySet<ChannelType> = new Set([
  ChannelType.PublicThread,
  ChannelType.PrivateThread,
  ChannelType.AnnouncementThread,
]);

const isForum = ({ type }: Channel): boolean =>
  type === ChannelType.GuildForum || type === ChannelType.GuildMedia;

const factsOf = (channel: Channel): ChannelFacts => {
  const { id } = channel;
  if (channel.isDMBased()) return { ...NOWHERE, id, parent: id, kind: 'direct' };
  const guild = channel.guildId;
  if (!channel.isThread()) return { ...NOWHERE, id, parent: id, guild };
  const { parent, parentId, ownerId, appliedTags } = channel;
  return {
    id,
    kind: 'thread',
    guild,
    parent: parentId ?? id,
    inForum: parent !== null && isForum(parent),
    owner: ownerId ?? undefined,
    tags: tagNames(parent ?? undefined, appliedTags),
  };
};

const tagNames = (forum: Channel | undefined, applied: readonly string[]): readonly string[] =>
  forum === undefined || !('availableTags' in forum)
    ? []
    : forum.availableTags.filter(({ id }) => applied.includes(id)).map(({ name }) => name);

/** discord.com/developers/docs/topics/permissions, "permission hierarchy". */
const permissionsIn = (
  guild: Guild,
  channel: string,
  { user, roles }: { readonly user: string; readonly roles: readonly string[] },
): PermissionsBitField => {
  const all = new PermissionsBitField(PermissionsBitField.All);
  if (guild.ownerId === user) return all;
  const granted = [guild.id, ...roles].flatMap(
    (id) => guild.roles.cache.get(id)?.permissions ?? [],
  );
  const base = new PermissionsBitField(granted);
  if (base.has(PermissionFlagsBits.Administrator)) return all;
  const there = guild.channels.cache.get(channel);
  if (there === undefined || there.isThread()) return base;
  const overwrites = there.permissionOverwrites.cache;
  const everyone = overwrites.get(guild.id);
  const ofRoles = roles.flatMap((id) => (id === guild.id ? [] : (overwrites.get(id) ?? [])));
  const own = overwrites.get(user);
  return base
    .remove(everyone?.deny ?? [])
    .add(everyone?.allow ?? [])
    .remove(ofRoles.map(({ deny }) => deny))
    .add(ofRoles.map(({ allow }) => allow))
    .remove(own?.deny ?? [])
    .add(own?.allow ?? []);
};
