/** What a Discord holds. Types of this folder speak Discord's language: they are the other end of the wire. */

export type Json = Readonly<Record<string, unknown>>;

export const PERMISSION = {
  administrator: 1n << 3n,
  addReactions: 1n << 6n,
  viewChannel: 1n << 10n,
  sendMessages: 1n << 11n,
  manageMessages: 1n << 13n,
  attachFiles: 1n << 15n,
  readMessageHistory: 1n << 16n,
  createPublicThreads: 1n << 35n,
  sendMessagesInThreads: 1n << 38n,
} as const;
export type PermissionName = keyof typeof PERMISSION;

export const CHANNEL = {
  text: 0,
  dm: 1,
  voice: 2,
  announcement: 5,
  thread: 11,
  forum: 15,
} as const;

/** A picture as a person drops it. */
export type Film = { readonly bytes: Uint8Array; readonly name?: string; readonly type?: string };

export type Attachment = {
  readonly id: string;
  readonly channel: string;
  readonly filename: string;
  readonly type: string | undefined;
  readonly description: string | undefined;
  readonly bytes: Uint8Array;
};

export type User = { readonly id: string; readonly name: string; readonly bot: boolean };

export type Channel = {
  readonly id: string;
  readonly type: number;
  readonly guild: string | undefined;
  name: string;
  /** Of a thread. */
  readonly parent: string | undefined;
  readonly owner: string | undefined;
  archived: boolean;
  locked: boolean;
  readonly members: Set<string>;
  readonly tags: readonly string[];
  readonly availableTags: readonly { readonly id: string; readonly name: string }[];
  /** Of a direct message: with whom. */
  readonly recipient: string | undefined;
  /** Permissions that the bot's role is denied here. */
  readonly denied: Set<PermissionName>;
};

export type Message = {
  readonly id: string;
  readonly channel: string;
  readonly author: string;
  readonly type: number;
  content: string;
  attachments: readonly Attachment[];
  components: readonly Json[];
  flags: number;
  readonly reference:
    | { readonly channel: string; readonly message: string; readonly type: number }
    | undefined;
  /** Of a forward: what it holds. */
  readonly snapshot:
    | { readonly content: string; readonly attachments: readonly Attachment[] }
    | undefined;
  /** Whom a client is told that they were spoken to. */
  pings: readonly string[];
  nonce: string | undefined;
  editedAt: number | undefined;
  edits: number;
  thread: string | undefined;
  /** Of an answer to an interaction. */
  readonly interaction: string | undefined;
  /** Shown to this person alone. */
  readonly onlyFor: string | undefined;
  deleted: boolean;
};

export type Interaction = {
  readonly id: string;
  readonly token: string;
  readonly createdAt: number;
  readonly channel: string;
  readonly user: string;
  /** The message whose component was pressed. */
  readonly on: string | undefined;
  answered: boolean;
  /** The first answer. */
  original: string | undefined;
  modal: Json | undefined;
};

export const FLAGS = {
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressEmbeds: 1 << 2,
  hasThread: 1 << 5,
} as const;

const EPOCH_MS = 1_420_070_400_000n;

/** Everything that is there, and its ids, which tell the time. */
export class World {
  readonly now: () => number;
  readonly users = new Map<string, User>();
  readonly channels = new Map<string, Channel>();
  readonly messages = new Map<string, Message>();
  readonly interactions = new Map<string, Interaction>();
  readonly attachments = new Map<string, Attachment>();
  readonly guild: string;
  readonly bot: string;
  readonly botRole: string;
  readonly application: string;
  /** Permissions of the bot's role in the whole server. */
  readonly granted: Set<PermissionName>;
  /** People who may manage messages. */
  readonly moderators = new Set<string>();
  readonly moderatorRole: string;
  readonly #listeners = new Set<() => void>();
  #count = 0n;
  #lastMs = 0n;

  constructor(now: () => number, granted: readonly PermissionName[]) {
    this.now = now;
    this.guild = this.id();
    this.bot = this.id();
    this.botRole = this.id();
    this.moderatorRole = this.id();
    this.application = this.bot;
    this.granted = new Set(granted);
    this.users.set(this.bot, { id: this.bot, name: 'wetread', bot: true });
  }

  id(): string {
    const ms = BigInt(Math.floor(this.now())) - EPOCH_MS;
    this.#lastMs = ms > this.#lastMs ? ms : this.#lastMs;
    this.#count += 1n;
    // Later ids are larger, also within a millisecond.
    if (this.#count >= 1n << 12n) {
      this.#count = 0n;
      this.#lastMs += 1n;
    }
    return ((this.#lastMs << 22n) | this.#count).toString();
  }

  may(channel: Channel, permission: PermissionName): boolean {
    if (channel.guild === undefined) return true;
    const there = channel.parent === undefined ? channel : this.channels.get(channel.parent);
    return this.granted.has(permission) && there?.denied.has(permission) !== true;
  }

  in(channel: string): readonly Message[] {
    return [...this.messages.values()]
      .filter((message) => message.channel === channel && !message.deleted)
      .toSorted((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1));
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export const bits = (names: Iterable<PermissionName>): string => {
  let all = 0n;
  for (const name of names) all |= PERMISSION[name];
  return all.toString();
};
