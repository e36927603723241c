/** What a workspace holds. Types of this folder speak Slack's language: they are the other end of the wire. */

export type Json = Readonly<Record<string, unknown>>;

export type SlackUser = {
  readonly id: string;
  readonly name: string;
  readonly team: string;
  readonly admin: boolean;
  /** A restricted account. */
  readonly guest: boolean;
};

export type SlackChannel = {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'im' | 'mpim';
  /** Shared with another organisation (Slack Connect). */
  readonly shared: boolean;
  /** Of an `im`: the person the bot talks with. */
  readonly user: string | undefined;
  botIsIn: boolean;
};

/** A picture as a person drops it, and the ways in which Slack shows it wrongly or late. */
export type Film = {
  readonly bytes: Uint8Array;
  readonly name?: string;
  /** '' as of files whose kind Slack does not know. */
  readonly mimetype?: string;
  /** Kept elsewhere (Drive, Dropbox): its `url_private` is of another host. */
  readonly external?: boolean;
  /** Said to be Slack's own, while its address, or where that leads to, is of another host. */
  readonly astray?: 'address' | 'redirect';
  /** Slack Connect: events carry only an id and `file_access: check_file_info`. */
  readonly stub?: boolean;
  /** Until then it has no kind, and no address. */
  readonly readyAfterMs?: number;
  /** It has an address from the first, where until it is ready there is a page. */
  readonly addressed?: boolean;
};

export type SlackFile = {
  readonly id: string;
  readonly name: string;
  title: string;
  readonly mimetype: string;
  readonly altText: string;
  bytes: Uint8Array;
  readonly external: boolean;
  readonly stub: boolean;
  readonly astray: Film['astray'];
  /** By the workspace's clock. */
  readyAt: number;
  /** It has an address before it is ready. */
  readonly addressed: boolean;
  readonly user: string;
  /** Messages it is in. */
  readonly shares: { readonly channel: string; readonly ts: string }[];
  deleted: boolean;
};

export type SlackMessage = {
  readonly channel: string;
  readonly ts: string;
  readonly thread: string | undefined;
  readonly user: string;
  text: string;
  blocks: readonly Json[];
  readonly files: readonly SlackFile[];
  metadata: unknown;
  readonly subtype: string | undefined;
  readonly unfurl: { readonly links: boolean; readonly media: boolean };
  edited: boolean;
  deleted: boolean;
  /** Shown to this person alone. */
  readonly onlyFor: string | undefined;
  stream: { readonly startedAt: number; open: boolean } | undefined;
  readonly reactions: string[];
};

export type Posting = {
  readonly channel: string;
  readonly user: string;
  readonly thread?: string | undefined;
  readonly text?: string;
  readonly blocks?: readonly Json[];
  readonly files?: readonly SlackFile[];
  readonly metadata?: unknown;
  readonly subtype?: string | undefined;
  readonly onlyFor?: string;
  readonly stream?: { readonly startedAt: number; open: boolean };
  readonly unfurl?: { readonly links: boolean; readonly media: boolean };
};

export type WorkspaceOptions = {
  readonly now: () => number;
  readonly team: string;
  readonly bot: string;
};

/** Channels, people, messages and files, and a word to whoever waits for something to change. */
export class Workspace {
  readonly now: () => number;
  readonly team: string;
  readonly users = new Map<string, SlackUser>();
  readonly channels = new Map<string, SlackChannel>();
  readonly files = new Map<string, SlackFile>();
  readonly messages: SlackMessage[] = [];
  /** App Home by person, open modals by id, status and prompts by `channel:thread`. */
  readonly homes = new Map<string, Json>();
  readonly modals = new Map<string, Json>();
  readonly statuses = new Map<string, Json>();
  readonly prompts = new Map<string, Json>();
  readonly titles = new Map<string, string>();
  readonly sessions = new Map<string, Json>();
  readonly #listeners = new Set<() => void>();
  #count = 0;

  constructor({ now, team, bot }: WorkspaceOptions) {
    this.now = now;
    this.team = team;
    this.users.set(bot, { id: bot, name: 'wetread', team, admin: false, guest: false });
  }

  /** Ids count up, so that a failing test reads the same every time. */
  id(prefix: string): string {
    this.#count += 1;
    return `${prefix}${String(this.#count).padStart(9, '0')}`;
  }

  /** Seconds and a count: unique in the workspace and in order, as Slack's are in a channel. */
  ts(): string {
    this.#count += 1;
    return `${Math.floor(this.now() / 1000)}.${String(this.#count).padStart(6, '0')}`;
  }

  add(posting: Posting): SlackMessage {
    const message: SlackMessage = {
      channel: posting.channel,
      ts: this.ts(),
      thread: posting.thread,
      user: posting.user,
      text: posting.text ?? '',
      blocks: posting.blocks ?? [],
      files: posting.files ?? [],
      metadata: posting.metadata,
      subtype: posting.subtype,
      unfurl: posting.unfurl ?? { links: true, media: true },
      edited: false,
      deleted: false,
      onlyFor: posting.onlyFor,
      stream: posting.stream,
      reactions: [],
    };
    this.messages.push(message);
    for (const file of message.files)
      file.shares.push({ channel: message.channel, ts: message.ts });
    this.changed();
    return message;
  }

  addFile(file: Pick<SlackFile, 'name' | 'bytes' | 'user'> & Partial<SlackFile>): SlackFile {
    const whole: SlackFile = {
      title: file.name,
      mimetype: 'image/png',
      altText: '',
      external: false,
      stub: false,
      astray: undefined,
      readyAt: this.now(),
      addressed: false,
      shares: [],
      deleted: false,
      ...file,
      id: this.id('F'),
    };
    this.files.set(whole.id, whole);
    return whole;
  }

  find(channel: string, ts: string): SlackMessage | undefined {
    return this.messages.find(
      (message) => message.channel === channel && message.ts === ts && !message.deleted,
    );
  }

  /** The root and its replies, oldest first; what was deleted is not among them. */
  thread(channel: string, ts: string): SlackMessage[] {
    return this.messages.filter(
      (message) =>
        message.channel === channel &&
        !message.deleted &&
        (message.ts === ts || message.thread === ts),
    );
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
