/**
 * What the Slack app must be allowed and told. examples/slack-manifest.json asks for exactly this (a test holds it to
 * it), `wetread doctor` compares the installed app with it, and docs/slack.md gives the reasons.
 */

export type Scope = {
  /** Ends "so that Wetread can …". */
  readonly reason: string;
  /** Methods that it is needed for. */
  readonly methods: readonly string[];
  /** Events that it is needed for. */
  readonly events: readonly string[];
};

/** Of the bot token. */
export const SCOPES: Readonly<Record<string, Scope>> = {
  'app_mentions:read': { reason: 'hear a mention', methods: [], events: ['app_mention'] },
  'assistant:write': {
    reason: 'offer prompts and name a conversation under Messages',
    methods: ['assistant.threads.setSuggestedPrompts', 'assistant.threads.setTitle'],
    events: ['agent_session_stopped'],
  },
  'channels:history': {
    reason: 'hear what follows in a thread of a public channel, and read back what stood before',
    methods: ['conversations.replies'],
    events: ['message.channels'],
  },
  'chat:write': {
    reason: 'answer, and ask in direct messages',
    methods: [
      'agents.sessions.setStatus',
      'assistant.threads.setStatus',
      'chat.appendStream',
      'chat.delete',
      'chat.postEphemeral',
      'chat.postMessage',
      'chat.startStream',
      'chat.stopStream',
      'chat.update',
    ],
    events: [],
  },
  commands: { reason: 'offer /wetread and "Read this film"', methods: [], events: [] },
  'files:read': { reason: 'fetch the films that are posted', methods: ['files.info'], events: [] },
  'files:write': {
    reason: 'post the film with its boxes, and take it down',
    methods: ['files.completeUploadExternal', 'files.delete', 'files.getUploadURLExternal'],
    events: [],
  },
  'groups:history': {
    reason: 'do the same in private channels that it was invited to',
    methods: ['conversations.replies'],
    events: ['message.groups'],
  },
  'im:history': {
    reason: 'hear direct messages',
    methods: ['conversations.replies'],
    events: ['message.im'],
  },
  'mpim:history': {
    reason: 'do the same in group messages',
    methods: ['conversations.replies'],
    events: ['message.mpim'],
  },
  'reactions:write': {
    reason: 'show a sign of life where there is no status',
    methods: ['reactions.add', 'reactions.remove'],
    events: [],
  },
  'users:read': {
    reason: 'tell admins, guests and people of other workspaces apart',
    methods: ['users.info'],
    events: [],
  },
};

/** Need no scope. */
export const FREE_METHODS: readonly string[] = ['auth.test', 'views.open', 'views.publish'];
export const FREE_EVENTS: readonly string[] = ['app_home_opened'];

/** Of the app-level token, for Socket Mode. */
export const APP_SCOPE = 'connections:write';

/** Scopes that an installation lacks. */
export const missingScopes = (granted: readonly string[]): readonly string[] =>
  Object.keys(SCOPES).filter((scope) => !granted.includes(scope));
