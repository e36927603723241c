import type { Deliveries } from './deliveries.ts';
import type { Json, SlackFile, SlackMessage, Workspace } from './workspace.ts';

export type SlackIdentity = {
  /** The bot's user, its bot id, its app. */
  readonly bot: string;
  readonly botId: string;
  readonly app: string;
  readonly team: string;
  /** Of an Enterprise Grid organisation on which the app is installed as a whole. */
  readonly enterprise: string | undefined;
};

/** Another workspace of the same organisation, which some deliveries name. */
export const OTHER_TEAM = 'T0OTHER01';

/** What the parts of the loopback Slack share. */
export type World = {
  readonly workspace: Workspace;
  readonly identity: SlackIdentity;
  readonly deliveries: Deliveries;
  /** Where the API and the files are; no slash at the end. */
  readonly url: string;
  /** Where other people's files are, which must never see a token. */
  readonly elsewhere: string;
  readonly behaviour: SlackBehaviour;
  /** Real time, ended when Slack closes. */
  schedule(ms: number, work: () => void): void;
};

/** What differs between workspaces, and what a test may change while it runs. */
export type SlackBehaviour = {
  /** GovSlack and others have no streaming: `unknown_method`. */
  streaming: boolean;
  agentSessions: boolean;
  /** A stream is closed so long after it began, whatever comes. */
  streamLifeMs: number;
  /** An upload is shared so long after it was completed. */
  shareMs: number;
  /** So many uploads more are completed with `ok` and never shared, as happens in the field. */
  lostShares: number;
  /** Downloads are answered with the page to sign in, though the scope is there: the app was not installed again. */
  loginPages: boolean;
  /** Events of the app's own uploads name only its bot, and no user. */
  anonymousUploads: boolean;
  /** Of the bot's token. */
  scopes: ReadonlySet<string>;
  /** Not `yes`: every call with the bot's token fails with this. */
  installed: 'yes' | 'account_inactive' | 'token_revoked' | 'invalid_auth';
  /** Apps that are distributed outside the Marketplace get 15 messages a page, once a minute. */
  history: 'internal' | 'distributed';
  /** The tiers of Slack's documentation, held by the workspace's clock. */
  rateLimits: boolean;
};

/** A message as events and `conversations.replies` show it. */
export const toWireMessage = (
  world: World,
  message: SlackMessage,
  view: 'event' | 'history' = 'event',
): Json => {
  const { identity } = world;
  const own = message.user === identity.bot;
  return {
    type: 'message',
    ...(message.subtype === undefined ? {} : { subtype: message.subtype }),
    ...(own && message.files.length > 0 && world.behaviour.anonymousUploads
      ? {}
      : { user: message.user }),
    text: message.text,
    ts: message.ts,
    ...(message.thread === undefined ? {} : { thread_ts: message.thread }),
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.files.length > 0
      ? { files: message.files.map((file) => toWireFile(world, file, view)), upload: true }
      : {}),
    ...(own ? { bot_id: identity.botId, app_id: identity.app } : {}),
    ...(message.edited ? { edited: { user: message.user, ts: message.ts } } : {}),
    ...(message.subtype === 'thread_broadcast' ? { root: { ts: message.thread } } : {}),
  };
};

/** `info`: as `files.info` shows it, where a Slack Connect file is whole. */
export const toWireFile = (
  world: World,
  file: SlackFile,
  view: 'event' | 'history' | 'info' = 'event',
): Json => {
  if (file.deleted) return { id: file.id, mode: 'tombstone' };
  if (file.stub && view !== 'info')
    return { id: file.id, mode: 'file_access', file_access: 'check_file_info' };
  const whole = {
    id: file.id,
    created: Math.floor(file.readyAt / 1000),
    name: file.name,
    title: file.title,
    user: file.user,
    size: file.bytes.length,
    is_external: file.external,
    external_type: file.external ? 'gdrive' : '',
    mode: file.external ? 'external' : 'hosted',
    alt_txt: file.altText,
    ...(view === 'info' ? { shares: sharesOf(world, file) } : {}),
  };
  const ready = file.readyAt <= world.workspace.now();
  if (!ready && !file.addressed) return { ...whole, mimetype: '', filetype: '' };
  const address =
    file.external || file.astray === 'address'
      ? `${world.elsewhere}/shared/${file.id}`
      : `${world.url}/files-pri/${world.identity.team}-${file.id}/${encodeURIComponent(file.name)}`;
  return {
    ...whole,
    mimetype: ready ? file.mimetype : '',
    filetype: ready ? (file.mimetype.split('/')[1] ?? '') : '',
    url_private: address,
    url_private_download: file.external ? address : `${address}?download=1`,
    // Made smaller by Slack: good for a preview, and not for reading.
    ...(file.external ? {} : { thumb_1024: `${world.url}/files-tmb/${file.id}/thumb_1024.png` }),
    permalink: `${world.url}/files/${file.id}`,
  };
};

const sharesOf = ({ workspace }: World, file: SlackFile): Json => {
  const shares: Record<'public' | 'private', Record<string, Json[]>> = { public: {}, private: {} };
  for (const { channel, ts } of file.shares) {
    const message = workspace.find(channel, ts);
    if (message === undefined) continue;
    const kind = workspace.channels.get(channel)?.kind === 'public' ? 'public' : 'private';
    const share = {
      ts,
      ...(message.thread === undefined ? {} : { thread_ts: message.thread }),
      channel_name: workspace.channels.get(channel)?.name,
      team_id: workspace.team,
    };
    (shares[kind][channel] ??= []).push(share);
  }
  return shares;
};
