import type { Telling } from './announcements.ts';
import type { Delivery } from './deliveries.ts';
import type { Interactions } from './interactions.ts';
import type { MethodContext } from './method.ts';
import { directChannel } from './methods/conversations.ts';
import { deleteFile } from './methods/files.ts';
import { buttonsOf, show, type ShownMessage } from './shown.ts';
import type { Film, Json, SlackChannel, SlackFile, SlackMessage, SlackUser } from './workspace.ts';
import { OTHER_TEAM, toWireMessage } from './world.ts';

type EventKind = 'message' | 'app_mention';

export type PostOptions = {
  readonly by: string;
  readonly channel: string;
  readonly text?: string;
  readonly thread?: string | undefined;
  readonly films?: readonly Film[];
  /** A reply that is also sent to the channel. */
  readonly broadcast?: boolean;
  /** The events that are sent for it; as Slack sends them when it is not told. */
  readonly tell?: readonly EventKind[];
};

const PATIENCE_MS = 60_000;
/** What is waited for may not be in the workspace: a file's time has come, a log has a line. */
const POLL_MS = 20;

/** The people of the workspace: what they do, and what they see. Ids in, ids out. */
export class People {
  readonly context: MethodContext;
  readonly interactions: Interactions;
  readonly #channels = new Map<string, string>();
  readonly #users = new Map<string, string>();

  constructor(context: MethodContext, interactions: Interactions) {
    this.context = context;
    this.interactions = interactions;
  }

  get bot(): string {
    return this.context.identity.bot;
  }

  /** As one writes it in a message. */
  get mention(): string {
    return `<@${this.bot}>`;
  }

  get team(): string {
    return this.context.identity.team;
  }

  /** The channel of this name, made when it is first named; its id. */
  channel(name: string, options: Partial<Omit<SlackChannel, 'id' | 'name' | 'user'>> = {}): string {
    const there = this.#channels.get(name);
    if (there !== undefined) return there;
    const { kind = 'public' } = options;
    const id = this.context.workspace.id(kind === 'public' || kind === 'mpim' ? 'C' : 'G');
    const channel = { id, name, kind, shared: false, botIsIn: true, user: undefined, ...options };
    this.context.workspace.channels.set(id, channel);
    this.#channels.set(name, id);
    return id;
  }

  /** The person of this name, likewise. `team` of another workspace: an outsider of a shared channel. */
  user(name: string, options: Partial<Omit<SlackUser, 'id' | 'name'>> = {}): string {
    const there = this.#users.get(name);
    if (there !== undefined) return there;
    const id = this.context.workspace.id('U');
    const { team } = this.context.identity;
    this.context.workspace.users.set(id, {
      id,
      name,
      team,
      admin: false,
      guest: false,
      ...options,
    });
    this.#users.set(name, id);
    return id;
  }

  /** A person's conversation with the bot; its id. */
  direct(user: string): string {
    return directChannel(this.context.workspace, user).id;
  }

  /** Says something; the message's `ts`. */
  post(options: PostOptions): string {
    const { workspace } = this.context;
    const { by, channel, text = '', thread, films = [], broadcast = false } = options;
    const message = workspace.add({
      channel,
      user: by,
      thread,
      text,
      files: films.map((film) => this.#drop(film, by)),
      subtype: broadcast ? 'thread_broadcast' : films.length > 0 ? 'file_share' : undefined,
    });
    const kind = workspace.channels.get(channel)?.kind;
    const usual: EventKind[] =
      text.includes(this.mention) && kind !== 'im' ? ['message', 'app_mention'] : ['message'];
    for (const event of options.tell ?? usual) this.tell(channel, message.ts, event);
    return message.ts;
  }

  /** Sends an event of a message, which may have been held back. */
  tell(channel: string, ts: string, kind: EventKind, telling?: Telling): void {
    const grid = this.context.identity.enterprise !== undefined;
    const usual = grid && kind === 'app_mention' ? { team: OTHER_TEAM } : {};
    this.context.announcements.posted(this.#message(channel, ts), kind, telling ?? usual);
  }

  /** The same deliveries once more, as retries, though they were acknowledged. */
  redeliver(channel: string, ts: string): void {
    this.context.announcements.repeat(channel, ts);
  }

  /** Slack tells of an edit as a change and, where the new words mention the bot, as a mention once more. */
  edit(channel: string, ts: string, text: string): void {
    const message = this.#message(channel, ts);
    const previous = toWireMessage(this.context, message);
    message.text = text;
    message.edited = true;
    this.context.announcements.changed(message, previous);
    const isDirect = this.context.workspace.channels.get(channel)?.kind === 'im';
    if (text.includes(this.mention) && !isDirect) this.tell(channel, ts, 'app_mention');
  }

  /** A link's preview appears: a change that nobody made. */
  unfurl(channel: string, ts: string): void {
    const message = this.#message(channel, ts);
    this.context.announcements.changed(message, toWireMessage(this.context, message));
  }

  delete(channel: string, ts: string): void {
    const message = this.#message(channel, ts);
    const replies = this.context.workspace.thread(channel, ts).length > 1;
    message.deleted = true;
    this.context.announcements.deleted(message, replies);
    this.context.workspace.changed();
  }

  /** Takes the file with this number out of a message, which stays if it has words. */
  deleteFile(channel: string, ts: string, at = 0): void {
    const file = this.#message(channel, ts).files[at];
    if (file !== undefined) deleteFile(this.context, file);
  }

  /** Presses the button that says so, of a message. Fails when there is none. */
  press(by: string, channel: string, ts: string, label: string | RegExp): Delivery {
    const message = this.#message(channel, ts);
    const button = buttonsOf(message.blocks).find((shown) => matches(shown.label, label));
    if (button === undefined) throw new Error(`there is no button "${String(label)}"`);
    return this.interactions.press(by, message, button);
  }

  pressAtHome(by: string, label: string | RegExp): Delivery {
    const view = this.context.workspace.homes.get(by) ?? {};
    const button = buttonsOf((view['blocks'] ?? []) as Json[]).find((shown) =>
      matches(shown.label, label),
    );
    if (button === undefined) throw new Error(`there is no button "${String(label)}"`);
    return this.interactions.pressAtHome(by, view, button);
  }

  shortcut(by: string, channel: string, ts: string, callbackId: string): Delivery {
    return this.interactions.shortcut(by, this.#message(channel, ts), callbackId);
  }

  command(by: string, channel: string, text: string, command = '/wetread'): Delivery {
    return this.interactions.command(by, channel, command, text);
  }

  submit(by: string, viewId: string, values: Json): Delivery {
    return this.interactions.submit(by, viewId, values);
  }

  openHome(by: string, tab: 'home' | 'messages' = 'home'): void {
    this.context.announcements.homeOpened(by, this.direct(by), tab);
  }

  /** Slack's own stop button: its streams end, and the app is told. */
  stopSession(by: string, channel: string, thread: string): void {
    const streaming = this.context.workspace
      .thread(channel, thread)
      .filter(({ stream }) => stream?.open === true);
    for (const { stream } of streaming) if (stream !== undefined) stream.open = false;
    this.context.announcements.sessionStopped(
      by,
      channel,
      thread,
      streaming.map(({ ts }) => ts),
    );
  }

  /** What a person sees in a thread, from its root on. */
  thread(channel: string, ts: string): ShownMessage[] {
    return this.context.workspace.thread(channel, ts).map((message) => show(message, this.bot));
  }

  /** What the bot wrote there. */
  replies(channel: string, ts: string): ShownMessage[] {
    return this.thread(channel, ts).filter(({ by }) => by === 'bot');
  }

  /** Every message of a channel that is still there, threads and all. */
  shown(channel: string): ShownMessage[] {
    return this.context.workspace.messages
      .filter((message) => message.channel === channel && !message.deleted)
      .map((message) => show(message, this.bot));
  }

  /** What a thread says it is waiting for; '' when it says nothing. */
  status(channel: string, thread: string): string {
    const status = this.context.workspace.statuses.get(`${channel}:${thread}`);
    return typeof status?.['status'] === 'string' ? status['status'] : '';
  }

  /** The status of a thread's agent session; undefined where there is none. */
  session(channel: string, thread: string): unknown {
    return this.context.workspace.sessions.get(`${channel}:${thread}`)?.['status'];
  }

  home(user: string): Json | undefined {
    return this.context.workspace.homes.get(user);
  }

  /** Modals that are open, by id. */
  get modals(): ReadonlyMap<string, Json> {
    return this.context.workspace.modals;
  }

  /** Files that somebody could still open, of the bot's. */
  get ownFiles(): SlackFile[] {
    return [...this.context.workspace.files.values()].filter(
      ({ user, deleted, bytes }) => user === this.bot && !deleted && bytes.length > 0,
    );
  }

  get deliveries(): readonly Delivery[] {
    return this.context.deliveries.all;
  }

  /** Resolves with what `find` finds, asked anew whenever something changes; fails after `patienceMs`. */
  async until<T>(
    what: string,
    find: () => T | undefined | false,
    patienceMs = PATIENCE_MS,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find();
        if (found === undefined || found === false) return;
        end();
        resolve(found);
      };
      const deaf = this.context.workspace.onChange(look);
      const poll = setInterval(look, POLL_MS);
      const late = setTimeout(() => {
        end();
        reject(new Error(`not within ${patienceMs} ms: ${what}`));
      }, patienceMs);
      const end = (): void => {
        deaf();
        clearInterval(poll);
        clearTimeout(late);
      };
      look();
    });
  }

  #message(channel: string, ts: string): SlackMessage {
    const message = this.context.workspace.find(channel, ts);
    if (message === undefined) throw new Error('the message is there');
    return message;
  }

  #drop(film: Film, by: string): SlackFile {
    const { workspace } = this.context;
    return workspace.addFile({
      name: film.name ?? 'film.png',
      bytes: film.bytes,
      user: by,
      mimetype: film.mimetype ?? 'image/png',
      external: film.external ?? false,
      stub: film.stub ?? false,
      astray: film.astray,
      readyAt: workspace.now() + (film.readyAfterMs ?? 0),
      addressed: film.addressed ?? false,
    });
  }
}

const matches = (label: string, wanted: string | RegExp): boolean =>
  typeof wanted === 'string' ? label === wanted : wanted.test(label);
