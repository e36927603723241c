import {
  bits,
  CHANNEL,
  type Attachment,
  type Channel,
  type Json,
  type Message,
  type World,
} from './world.ts';

/** Who looks at what is sent: the bot, with or without the intent to read what people write. */
export type Sight = { readonly content: boolean };

/** How things of the world look on the wire. */
export class Wire {
  readonly #world: World;
  readonly #link: (attachment: Attachment) => string;

  constructor(world: World, link: (attachment: Attachment) => string) {
    this.#world = world;
    this.#link = link;
  }

  user(id: string): Json {
    const user = this.#world.users.get(id);
    return {
      id,
      username: user?.name ?? 'nobody',
      global_name: user?.name ?? null,
      discriminator: '0',
      avatar: null,
      ...(user?.bot === true ? { bot: true } : {}),
    };
  }

  member(user: string): Json {
    const { bot, botRole, moderators, moderatorRole } = this.#world;
    const roles = user === bot ? [botRole] : moderators.has(user) ? [moderatorRole] : [];
    const joined_at = new Date(0).toISOString();
    return { roles, nick: null, avatar: null, joined_at, deaf: false, mute: false, flags: 0 };
  }

  channel(channel: Channel): Json {
    const { id, type, guild, name, parent, owner, recipient } = channel;
    if (type === CHANNEL.dm)
      return { id, type, recipients: [this.user(recipient ?? '')], last_message_id: null };
    if (type === CHANNEL.thread) {
      const at = new Date(0).toISOString();
      return {
        id,
        type,
        guild_id: guild,
        name,
        parent_id: parent,
        owner_id: owner,
        applied_tags: channel.tags,
        message_count: this.#world.in(id).length,
        member_count: channel.members.size,
        last_message_id: this.#world.in(id).at(-1)?.id ?? null,
        rate_limit_per_user: 0,
        total_message_sent: 0,
        flags: 0,
        thread_metadata: {
          archived: channel.archived,
          locked: channel.locked,
          auto_archive_duration: 1440,
          archive_timestamp: at,
          create_timestamp: at,
        },
        ...(channel.members.has(this.#world.bot)
          ? {
              member: {
                id,
                user_id: this.#world.bot,
                join_timestamp: at,
                flags: 0,
              },
            }
          : {}),
      };
    }
    return {
      id,
      type,
      guild_id: guild,
      name,
      position: 0,
      parent_id: null,
      nsfw: false,
      permission_overwrites: [
        {
          id: this.#world.botRole,
          type: 0,
          allow: '0',
          deny: bits(channel.denied),
        },
      ],
      ...(type === CHANNEL.forum
        ? {
            available_tags: channel.availableTags.map((tag) => ({
              ...tag,
              moderated: false,
            })),
            default_reaction_emoji: null,
            default_sort_order: null,
            default_forum_layout: 0,
          }
        : {}),
      last_message_id: null,
      topic: null,
    };
  }

  guild(): Json {
    const { guild: id, botRole, moderatorRole, granted, channels, bot } = this.#world;
    const role = (roleId: string, name: string, permissions: string): Json => ({
      id: roleId,
      name,
      permissions,
      color: 0,
      hoist: false,
      position: 1,
      managed: false,
      mentionable: false,
      flags: 0,
      icon: null,
      unicode_emoji: null,
    });
    const all = [...channels.values()].filter(({ guild }) => guild === id);
    return {
      id,
      name: 'Teaching',
      owner_id: '1',
      unavailable: false,
      member_count: 3,
      large: false,
      joined_at: new Date(0).toISOString(),
      roles: [
        role(id, '@everyone', '0'),
        { ...role(botRole, 'wetread', bits(granted)), managed: true, tags: { bot_id: bot } },
        role(moderatorRole, 'moderators', bits(['manageMessages'])),
      ],
      channels: all.filter(({ type }) => type !== CHANNEL.thread).map((one) => this.channel(one)),
      threads: all.filter(({ type }) => type === CHANNEL.thread).map((one) => this.channel(one)),
      members: [
        {
          ...this.member(bot),
          user: this.user(bot),
        },
      ],
      emojis: [],
      stickers: [],
      presences: [],
      voice_states: [],
      stage_instances: [],
      guild_scheduled_events: [],
      features: [],
      premium_tier: 0,
      soundboard_sounds: [],
      afk_timeout: 0,
      verification_level: 0,
      default_message_notifications: 0,
      explicit_content_filter: 0,
      mfa_level: 0,
      nsfw_level: 0,
      system_channel_flags: 0,
      preferred_locale: 'en-GB',
      premium_progress_bar_enabled: false,
    };
  }

  attachment(attachment: Attachment): Json {
    const { id, filename, type, bytes, description } = attachment;
    const url = this.#link(attachment);
    return {
      id,
      filename,
      size: bytes.byteLength,
      url,
      proxy_url: url,
      ...(type === undefined ? {} : { content_type: type }),
      ...(description === undefined ? {} : { description }),
    };
  }

  /** With its author's membership, as the gateway tells it. */
  message(message: Message, sight: Sight): Json {
    const { id, channel, author, type, reference, thread, nonce, interaction } = message;
    const { channels, messages, interactions } = this.#world;
    const pressed = interaction === undefined ? undefined : interactions.get(interaction)?.on;
    const shown = this.#shows(message, sight);
    const referenced = reference === undefined ? undefined : messages.get(reference.message);
    const there = thread === undefined ? undefined : channels.get(thread);
    return {
      id,
      channel_id: channel,
      type,
      author: this.user(author),
      flags: message.flags,
      content: shown ? message.content : '',
      attachments: shown ? message.attachments.map((one) => this.attachment(one)) : [],
      components: shown ? message.components : [],
      embeds: [],
      mentions: message.pings.map((user) => this.user(user)),
      mention_roles: [...message.content.matchAll(/<@&(\d+)>/g)].map(([, role]) => role),
      mention_everyone: false,
      tts: false,
      pinned: false,
      timestamp: new Date(0).toISOString(),
      edited_timestamp:
        message.editedAt === undefined ? null : new Date(message.editedAt).toISOString(),
      ...(nonce === undefined ? {} : { nonce }),
      ...(reference === undefined
        ? {}
        : {
            message_reference: {
              type: reference.type,
              channel_id: reference.channel,
              message_id: reference.message,
              guild_id: this.#world.guild,
            },
          }),
      ...(reference === undefined || reference.type === FORWARD
        ? {}
        : {
            referenced_message:
              referenced === undefined || referenced.deleted
                ? null
                : {
                    ...this.message(referenced, sight),
                    referenced_message: undefined,
                  },
          }),
      ...(message.snapshot === undefined
        ? {}
        : {
            message_snapshots: [
              {
                message: {
                  content: shown ? message.snapshot.content : '',
                  attachments: shown
                    ? message.snapshot.attachments.map((one) => this.attachment(one))
                    : [],
                  embeds: [],
                  mentions: [],
                  mention_roles: [],
                  components: [],
                  type: 0,
                  flags: 0,
                  timestamp: new Date(0).toISOString(),
                  edited_timestamp: null,
                },
              },
            ],
          }),
      ...(there === undefined ? {} : { thread: this.channel(there) }),
      ...(interaction === undefined
        ? {}
        : {
            interaction_metadata: {
              id: interaction,
              type: pressed === undefined ? 2 : 3,
              user: this.user(author),
              authorizing_integration_owners: {},
              ...(pressed === undefined ? {} : { interacted_message_id: pressed }),
            },
          }),
    };
  }

  /** discord.com/developers/docs/topics/gateway#message-content-intent: what is shown in spite of it. */
  #shows(message: Message, { content }: Sight): boolean {
    const { bot, channels } = this.#world;
    const isDirect = channels.get(message.channel)?.type === CHANNEL.dm;
    const isOurs = message.author === bot;
    return content || isDirect || isOurs || message.pings.includes(bot);
  }
}

export const FORWARD = 1;
