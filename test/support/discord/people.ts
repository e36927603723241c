import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from './route.ts';
import { directWith, newChannel, openThread } from './routes/channels.ts';
import { postAs } from './routes/messages.ts';
import { show, type ShownMessage } from './shown.ts';
import { FORWARD } from './wire.ts';
import {
  bits,
  CHANNEL,
  PERMISSION,
  type Attachment,
  type Channel,
  type Film,
  type Interaction,
  type Json,
  type Message,
  type PermissionName,
  type World,
} from './world.ts';

export type PostOptions = {
  readonly by: string;
  readonly channel: string;
  readonly text?: string;
  readonly films?: readonly Film[];
  /** A message that it replies to, with or without a ping of its author. */
  readonly replyTo?: string;
  readonly silently?: boolean;
};

const PATIENCE_MS = 15_000;
const POLL_MS = 20;

/** The people of the server: what they do, and what they see. Ids in, ids out. */
export class People {
  readonly context: Context;
  readonly #named = new Map<string, string>();

  constructor(context: Context) {
    this.context = context;
  }

  get world(): World {
    return this.context.world;
  }

  get bot(): string {
    return this.world.bot;
  }

  get mention(): string {
    return `<@${this.bot}>`;
  }

  get guild(): string {
    return this.world.guild;
  }

  user(name: string, { moderator = false }: { readonly moderator?: boolean } = {}): string {
    return this.#once(`user ${name}`, (id) => {
      this.world.users.set(id, { id, name, bot: false });
      if (moderator) this.world.moderators.add(id);
    });
  }

  channel(name: string, more: Partial<Channel> = {}): string {
    return this.#once(`channel ${name}`, (id) => {
      const channel = newChannel({ id, type: CHANNEL.text, guild: this.guild, name, ...more });
      this.world.channels.set(id, channel);
      this.#tellChannel(channel);
    });
  }

  forum(name: string, tags: readonly string[] = []): string {
    const availableTags = tags.map((tag) => ({ id: this.world.id(), name: tag }));
    return this.channel(name, { type: CHANNEL.forum, availableTags });
  }

  direct(user: string): string {
    return directWith(this.context, user).id;
  }

  /** Takes a permission from the bot's role in a channel. */
  deny(channel: string, ...permissions: readonly PermissionName[]): void {
    const there = this.world.channels.get(channel);
    for (const permission of permissions) there?.denied.add(permission);
    if (there !== undefined) this.#tellChannel(there, 'CHANNEL_UPDATE');
  }

  post({ by, channel, text = '', films = [], replyTo, silently = false }: PostOptions): string {
    const answered = replyTo === undefined ? undefined : this.world.messages.get(replyTo);
    const named = [...text.matchAll(/<@!?(\d+)>/g)].map(([, id = '']) => id);
    const pinged = answered === undefined || silently ? [] : [answered.author];
    const message = postAs(this.context, {
      channel,
      author: by,
      content: text.trim(),
      attachments: films.map((film) => this.#attach(film, channel)),
      reference:
        answered === undefined
          ? undefined
          : { channel: answered.channel, message: answered.id, type: 0 },
      pings: [...new Set([...named, ...pinged])],
    });
    return message.id;
  }

  /** Sends a message of another channel on. */
  forward({
    by,
    channel,
    message,
    text = '',
  }: {
    by: string;
    channel: string;
    message: string;
    text?: string;
  }): string {
    const { content, attachments, channel: from } = this.#message(message);
    return postAs(this.context, {
      channel,
      author: by,
      content: text,
      reference: { channel: from, message, type: FORWARD },
      snapshot: { content, attachments },
    }).id;
  }

  thread(by: string, message: string, name = 'A thread'): string {
    return openThread(this.context, { message: this.#message(message), name, owner: by }).id;
  }

  /** A post of a forum; `starterAfterMs`: its first message comes later than the post itself. */
  async forumPost({
    by,
    forum,
    title = 'A case',
    text = '',
    films = [],
    tags = [],
    starterAfterMs = 0,
  }: Omit<PostOptions, 'channel'> & {
    readonly forum: string;
    readonly title?: string;
    readonly tags?: readonly string[];
    readonly starterAfterMs?: number;
  }): Promise<string> {
    const { world } = this;
    const id = world.id();
    const known = world.channels.get(forum)?.availableTags ?? [];
    const thread = newChannel({
      id,
      type: CHANNEL.thread,
      guild: this.guild,
      name: title,
      parent: forum,
      owner: by,
      tags: known.filter(({ name }) => tags.includes(name)).map((tag) => tag.id),
    });
    world.channels.set(id, thread);
    this.context.tell.thread('THREAD_CREATE', thread);
    if (starterAfterMs > 0) await sleep(starterAfterMs);
    const pings = [...text.matchAll(/<@!?(\d+)>/g)].map(([, user = '']) => user);
    const attachments = films.map((film) => this.#attach(film, id));
    postAs(this.context, { id, channel: id, author: by, content: text.trim(), attachments, pings });
    return id;
  }

  edit(message: string, text: string): void {
    const there = this.#message(message);
    there.content = text;
    there.editedAt = this.world.now();
    this.context.tell.message('MESSAGE_UPDATE', there);
  }

  delete(...messages: readonly string[]): void {
    for (const id of messages) {
      const message = this.#message(id);
      message.deleted = true;
      this.context.tell.deleted(message);
    }
  }

  /** A thread is deleted, with everything in it. */
  deleteThread(id: string): void {
    const { parent = '', type } = this.world.channels.get(id) ?? {};
    for (const message of this.world.in(id)) message.deleted = true;
    this.world.channels.delete(id);
    const d = { id, guild_id: this.guild, parent_id: parent, type };
    this.context.gateway.tell('THREAD_DELETE', () => d, 1);
  }

  /** Presses the button of this label, or the first whose id holds the text. */
  press(by: string, message: string, label: string): Interaction {
    const button = this.shown(message).buttons.find(
      (one) => one.label === label || one.id.includes(label),
    );
    if (button === undefined) throw new Error(`there is no button ${label}`);
    if (button.disabled) throw new Error(`the button ${label} cannot be pressed`);
    return this.#interact(by, this.#message(message).channel, {
      type: 3,
      on: message,
      data: { component_type: 2, custom_id: button.id },
    });
  }

  select(by: string, message: string, values: readonly string[]): Interaction {
    const [menu] = this.shown(message).menus;
    if (menu === undefined) throw new Error('there is no menu');
    const data = { component_type: 3, custom_id: menu.id, values };
    return this.#interact(by, this.#message(message).channel, { type: 3, on: message, data });
  }

  /** Sends what was typed into the modal that an interaction opened; by the custom ids of its fields. */
  submit(
    by: string,
    opened: Interaction,
    values: Readonly<Record<string, string | readonly string[]>>,
  ): Interaction {
    const { modal } = opened;
    if (modal === undefined) throw new Error('no modal was opened');
    const components = ((modal['components'] ?? []) as Json[]).map((label) => {
      const field = (label['component'] ?? (label['components'] as Json[])[0]) as Json;
      const value = values[String(field['custom_id'])] ?? '';
      const filled = { type: field['type'], id: 1, custom_id: field['custom_id'] };
      const component =
        typeof value === 'string' ? { ...filled, value } : { ...filled, values: value };
      return { type: 18, id: 1, component };
    });
    const data = { custom_id: modal['custom_id'], components };
    return this.#interact(by, opened.channel, { type: 5, on: opened.on, data });
  }

  /** A slash command; a film among the options is an attachment. */
  command(
    by: string,
    channel: string,
    name: string,
    options: Readonly<Record<string, string | number | boolean | Film>> = {},
  ): Interaction {
    const attachments: Record<string, Json> = {};
    const given = Object.entries(options).map(([option, value]) => {
      if (typeof value !== 'object')
        return {
          name: option,
          type: typeof value === 'string' ? 3 : typeof value === 'number' ? 4 : 5,
          value,
        };
      const attachment = this.#attach(value, channel);
      attachments[attachment.id] = this.context.wire.attachment(attachment);
      return { name: option, type: 11, value: attachment.id };
    });
    const data = { id: this.world.id(), name, type: 1, options: given, resolved: { attachments } };
    return this.#interact(by, channel, { type: 2, on: undefined, data });
  }

  /** A message's own menu, under Apps; the whole message comes along, intent or not. */
  menu(by: string, message: string, name: string): Interaction {
    const target = this.#message(message);
    const messages = { [message]: this.context.wire.message(target, { content: true }) };
    const data = { id: this.world.id(), name, type: 3, target_id: message, resolved: { messages } };
    return this.#interact(by, target.channel, { type: 2, on: undefined, data });
  }

  /** What a person sees of a channel: everything, and what is for them alone. */
  messages(channel: string, viewer?: string): readonly ShownMessage[] {
    return this.world
      .in(channel)
      .filter(({ onlyFor }) => onlyFor === undefined || onlyFor === viewer)
      .map(show);
  }

  /** The bot's messages in a channel. */
  replies(channel: string, viewer?: string): readonly ShownMessage[] {
    return this.messages(channel, viewer).filter(
      ({ author, type }) => author === this.bot && type !== 21,
    );
  }

  shown(message: string): ShownMessage {
    return show(this.#message(message));
  }

  /** The thread that was opened from a message. */
  threadOf(message: string): string {
    return this.#message(message).thread ?? '';
  }

  /** What the bot says to a person alone about an interaction. */
  whispers(interaction: Interaction): readonly string[] {
    return [...this.world.messages.values()]
      .filter(
        (one) => one.interaction === interaction.id && one.onlyFor !== undefined && !one.deleted,
      )
      .map(({ content }) => content);
  }

  /** Resolves to what `find` finds, once it finds something. */
  async until<Found>(
    what: string,
    find: () => Found | false | undefined,
    patienceMs = PATIENCE_MS,
  ): Promise<Found> {
    const giveUpAt = performance.now() + patienceMs;
    for (;;) {
      const found = find();
      if (found !== false && found !== undefined) return found;
      if (performance.now() > giveUpAt) throw new Error(`did not happen: ${what}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        const end = this.world.onChange(() => {
          clearTimeout(timer);
          end();
          resolve();
        });
        timer.unref();
        setTimeout(end, POLL_MS).unref();
      });
    }
  }

  #interact(
    by: string,
    channel: string,
    {
      type,
      on,
      data,
    }: { readonly type: number; readonly on: string | undefined; readonly data: Json },
  ): Interaction {
    const { world, wire, gateway } = this.context;
    const interaction: Interaction = {
      id: world.id(),
      token: randomBytes(40).toString('base64url'),
      createdAt: world.now(),
      channel,
      user: by,
      on,
      answered: false,
      original: undefined,
      modal: undefined,
    };
    world.interactions.set(interaction.id, interaction);
    const there = world.channels.get(channel);
    const isDirect = there?.type === CHANNEL.dm;
    const permissions = world.moderators.has(by) ? String(1n << 13n) : '0';
    const on_message = on === undefined ? undefined : world.messages.get(on);
    gateway.tell(
      'INTERACTION_CREATE',
      () => ({
        id: interaction.id,
        application_id: world.application,
        token: interaction.token,
        type,
        data,
        version: 1,
        channel_id: channel,
        locale: 'en-GB',
        entitlements: [],
        app_permissions: this.#granted(channel),
        authorizing_integration_owners: {},
        attachment_size_limit: 0xa00000,
        channel: there === undefined ? undefined : wire.channel(there),
        ...(isDirect
          ? { user: wire.user(by) }
          : {
              guild_id: world.guild,
              member: {
                ...wire.member(by),
                user: wire.user(by),
                permissions,
              },
            }),
        ...(on_message === undefined
          ? {}
          : { message: wire.message(on_message, { content: true }) }),
      }),
      // No intent is needed for it.
      -1,
    );
    return interaction;
  }

  #attach({ bytes, name = 'film.png', type = 'image/png' }: Film, channel: string): Attachment {
    const id = this.world.id();
    const attachment = { id, channel, filename: name, type, bytes, description: undefined };
    this.world.attachments.set(id, attachment);
    return attachment;
  }

  #message(id: string): Message {
    const message = this.world.messages.get(id);
    if (message === undefined) throw new Error('there is such a message');
    return message;
  }

  /** What the bot may do in a channel, as interactions tell it. */
  #granted(channel: string): string {
    const there = this.world.channels.get(channel);
    const names = Object.keys(PERMISSION) as PermissionName[];
    return bits(there === undefined ? [] : names.filter((name) => this.world.may(there, name)));
  }

  #tellChannel(channel: Channel, kind = 'CHANNEL_CREATE'): void {
    this.context.gateway.tell(kind, () => this.context.wire.channel(channel), 1);
  }

  #once(key: string, make: (id: string) => void): string {
    const there = this.#named.get(key);
    if (there !== undefined) return there;
    const id = this.world.id();
    this.#named.set(key, id);
    make(id);
    return id;
  }
}
