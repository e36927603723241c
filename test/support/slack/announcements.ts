import type { Delivery } from './deliveries.ts';
import type { Json, SlackChannel, SlackMessage } from './workspace.ts';
import { toWireFile, toWireMessage, type World } from './world.ts';

/** How one event of a message is sent, where it differs from the usual. */
export type Telling = {
  /** `team` and `team_id` of this delivery: on Enterprise Grid they differ between deliveries of one post. */
  readonly team?: string;
};

/** Tells the app, as Slack's Events API does, what happens in the channels that the bot is in. */
export class Announcements {
  readonly #world: World;
  /** The deliveries of a message, by `channel:ts`, so that one can be repeated. */
  readonly #ofMessage = new Map<string, Delivery[]>();

  constructor(world: World) {
    this.#world = world;
  }

  posted(message: SlackMessage, kind: 'message' | 'app_mention', telling: Telling = {}): void {
    const channel = this.#channelOf(message);
    const wire = toWireMessage(this.#world, message);
    const team = telling.team ?? this.#teamOf(message);
    const event =
      kind === 'message'
        ? { ...wire, team, channel: channel.id, channel_type: channelType(channel) }
        : { ...omit(wire, 'subtype', 'root'), team, type: 'app_mention', channel: channel.id };
    const delivery = this.#tell({ ...event, event_ts: message.ts }, telling.team);
    if (delivery === undefined) return;
    const key = `${message.channel}:${message.ts}`;
    this.#ofMessage.set(key, [...(this.#ofMessage.get(key) ?? []), delivery]);
  }

  changed(message: SlackMessage, previous: Json): void {
    const channel = this.#channelOf(message);
    const ts = this.#world.workspace.ts();
    this.#tell({
      type: 'message',
      subtype: 'message_changed',
      hidden: true,
      message: toWireMessage(this.#world, message),
      previous_message: previous,
      channel: channel.id,
      channel_type: channelType(channel),
      ts,
      event_ts: ts,
    });
  }

  /** A root with replies does not go: Slack puts a tombstone in its place, and tells of a change. */
  deleted(message: SlackMessage, hasReplies: boolean): void {
    const channel = this.#channelOf(message);
    const ts = this.#world.workspace.ts();
    const previous = toWireMessage(this.#world, message);
    const common = {
      type: 'message',
      hidden: true,
      previous_message: previous,
      channel: channel.id,
      channel_type: channelType(channel),
      ts,
      event_ts: ts,
    };
    const tombstone = {
      type: 'message',
      subtype: 'tombstone',
      user: 'USLACKBOT',
      text: 'This message was deleted.',
      hidden: true,
      ts: message.ts,
      thread_ts: message.ts,
    };
    this.#tell(
      hasReplies
        ? { ...common, subtype: 'message_changed', message: tombstone }
        : { ...common, subtype: 'message_deleted', deleted_ts: message.ts },
    );
  }

  /** A file was taken out of a message that stays. */
  fileDeleted(message: SlackMessage, previous: Json): void {
    this.changed(message, previous);
  }

  homeOpened(user: string, channel: string, tab: 'home' | 'messages'): void {
    this.#tell({
      type: 'app_home_opened',
      user,
      channel,
      tab,
      event_ts: this.#world.workspace.ts(),
    });
  }

  sessionStopped(
    user: string,
    channel: string,
    thread: string,
    streaming: readonly string[],
  ): void {
    this.#tell({
      type: 'agent_session_stopped',
      channel,
      thread_ts: thread,
      user,
      streaming_message_ts: streaming,
      event_ts: this.#world.workspace.ts(),
    });
  }

  /** Sends the deliveries of a message once more, as retries. */
  repeat(channel: string, ts: string): void {
    for (const delivery of this.#ofMessage.get(`${channel}:${ts}`) ?? [])
      this.#world.deliveries.repeat(delivery);
  }

  /** The file as events show it; for tests of what an app is told. */
  fileOf(id: string): Json | undefined {
    const file = this.#world.workspace.files.get(id);
    return file && toWireFile(this.#world, file);
  }

  /** undefined: the bot is not in the channel and hears nothing. */
  #tell(event: Json, team = this.#world.identity.team): Delivery | undefined {
    const { workspace, identity, deliveries } = this.#world;
    const channel = workspace.channels.get(String(event['channel']));
    if (channel !== undefined && !channel.botIsIn) return undefined;
    return deliveries.send('events_api', String(event['type']), {
      token: 'unused',
      team_id: team,
      context_team_id: team,
      context_enterprise_id: identity.enterprise ?? null,
      api_app_id: identity.app,
      event,
      type: 'event_callback',
      event_id: workspace.id('Ev'),
      event_time: Math.floor(workspace.now() / 1000),
      authorizations: [
        {
          enterprise_id: identity.enterprise ?? null,
          team_id: identity.enterprise === undefined ? identity.team : null,
          user_id: identity.bot,
          is_bot: true,
          is_enterprise_install: identity.enterprise !== undefined,
        },
      ],
      is_ext_shared_channel: channel?.shared ?? false,
      event_context: workspace.id('4-'),
    });
  }

  #teamOf(message: SlackMessage): string {
    return this.#world.workspace.users.get(message.user)?.team ?? this.#world.identity.team;
  }

  #channelOf({ channel }: SlackMessage): SlackChannel {
    const found = this.#world.workspace.channels.get(channel);
    if (found === undefined) throw new Error('a message is of a channel that exists');
    return found;
  }
}

const channelType = ({ kind }: SlackChannel): string =>
  ({ public: 'channel', private: 'group', im: 'im', mpim: 'mpim' })[kind];

const omit = (json: Json, ...keys: readonly string[]): Json =>
  Object.fromEntries(Object.entries(json).filter(([key]) => !keys.includes(key)));
