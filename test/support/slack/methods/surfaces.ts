import { checkBlocks } from '../blocks.ts';
import {
  messageOf,
  Refusal,
  TIER_3,
  TIER_4,
  type Arguments,
  type Method,
  type MethodContext,
} from '../method.ts';
import type { Json } from '../workspace.ts';

/** Slack's: of a modal's title and buttons, of prompts, of loading messages, of a session's title. */
const TITLE_CHARACTERS = 24;
const MOST_PROMPTS = 4;
const MOST_LOADING_MESSAGES = 10;
const SESSION_TITLE_CHARACTERS = 200;
/** A trigger may be used within three seconds, once. */
const TRIGGER_MS = 3_000;

/** A ticket for one modal, from an action of a person. */
export const triggerId = ({ workspace }: MethodContext): string =>
  `${workspace.now()}.${workspace.id('T')}`;

const spentTriggers = new WeakMap<object, Set<string>>();

const spendTrigger = ({ workspace }: MethodContext, trigger: string): void => {
  const spent = spentTriggers.get(workspace) ?? new Set<string>();
  spentTriggers.set(workspace, spent);
  const at = Number(trigger.split('.')[0]);
  if (Number.isNaN(at)) throw new Refusal('invalid_trigger_id');
  if (spent.has(trigger)) throw new Refusal('exchanged_trigger_id');
  if (workspace.now() - at > TRIGGER_MS) throw new Refusal('expired_trigger_id');
  spent.add(trigger);
};

const viewOf = (args: Arguments, context: MethodContext, type: 'modal' | 'home'): Json => {
  const view = args.json('view') as Json | undefined;
  if (view === undefined || view['type'] !== type) throw new Refusal('invalid_arguments');
  checkBlocks(context, (view['blocks'] ?? []) as readonly Json[], 'view');
  for (const name of ['title', 'submit', 'close']) {
    const words = (view[name] as Json | undefined)?.['text'];
    if (typeof words === 'string' && words.length > TITLE_CHARACTERS)
      throw new Refusal('invalid_arguments', {
        response_metadata: {
          messages: [`[ERROR] must be less than 25 characters [json-pointer:/view/${name}]`],
        },
      });
  }
  if (type === 'modal' && view['title'] === undefined) throw new Refusal('invalid_arguments');
  return view;
};

const open = (args: Arguments, context: MethodContext): Json => {
  const view = viewOf(args, context, 'modal');
  spendTrigger(context, args.need('trigger_id'));
  const id = context.workspace.id('V');
  context.workspace.modals.set(id, view);
  context.workspace.changed();
  return { view: { ...view, id } };
};

const update = (args: Arguments, context: MethodContext): Json => {
  const view = viewOf(args, context, 'modal');
  const id = args.need('view_id');
  if (!context.workspace.modals.has(id)) throw new Refusal('not_found');
  context.workspace.modals.set(id, view);
  context.workspace.changed();
  return { view: { ...view, id } };
};

const publish = (args: Arguments, context: MethodContext): Json => {
  const view = viewOf(args, context, 'home');
  context.workspace.homes.set(args.need('user_id'), view);
  context.workspace.changed();
  return { view };
};

const setStatus = (args: Arguments, { workspace }: MethodContext): Json => {
  const key = `${args.need('channel_id')}:${args.need('thread_ts')}`;
  const status = args.text('status') ?? '';
  const loading = args.list('loading_messages');
  if (loading.length > MOST_LOADING_MESSAGES) throw new Refusal('invalid_arguments');
  if (status === '') workspace.statuses.delete(key);
  else workspace.statuses.set(key, { status, loading, at: workspace.now() });
  workspace.changed();
  return {};
};

const setPrompts = (args: Arguments, { workspace }: MethodContext): Json => {
  const prompts = args.list('prompts');
  if (prompts.length === 0 || prompts.length > MOST_PROMPTS) throw new Refusal('invalid_arguments');
  if (prompts.some(({ title, message }) => title === undefined || message === undefined))
    throw new Refusal('invalid_arguments');
  workspace.prompts.set(`${args.need('channel_id')}:${args.text('thread_ts') ?? ''}`, { prompts });
  workspace.changed();
  return {};
};

const setTitle = (args: Arguments, { workspace }: MethodContext): Json => {
  workspace.titles.set(`${args.need('channel_id')}:${args.need('thread_ts')}`, args.need('title'));
  return {};
};

const needSessions = ({ behaviour }: MethodContext): void => {
  if (!behaviour.agentSessions) throw new Refusal('unknown_method');
};

const setSession = (args: Arguments, context: MethodContext): Json => {
  needSessions(context);
  const status = args.need('status');
  if (!['active', 'processing', 'suspended', 'closed'].includes(status))
    throw new Refusal('invalid_arguments');
  const title = args.text('title');
  if ((title ?? '').length > SESSION_TITLE_CHARACTERS) throw new Refusal('invalid_arguments');
  const key = `${args.need('channel_id')}:${args.need('thread_ts')}`;
  const before = context.workspace.sessions.get(key);
  context.workspace.sessions.set(key, { title, ...before, status });
  context.workspace.changed();
  return { status, title: title ?? '' };
};

const rename = (args: Arguments, context: MethodContext): Json => {
  needSessions(context);
  const key = `${args.need('channel_id')}:${args.need('thread_ts')}`;
  const before = context.workspace.sessions.get(key);
  if (before === undefined) throw new Refusal('session_not_found');
  context.workspace.sessions.set(key, { ...before, title: args.need('title') });
  return {};
};

const react = (args: Arguments, context: MethodContext): Json => {
  const message = messageOf(context, args.need('channel'), args.need('timestamp'));
  const name = args.need('name');
  if (message.reactions.includes(name)) throw new Refusal('already_reacted');
  message.reactions.push(name);
  context.workspace.changed();
  return {};
};

const takeBack = (args: Arguments, context: MethodContext): Json => {
  const message = messageOf(context, args.need('channel'), args.need('timestamp'));
  const at = message.reactions.indexOf(args.need('name'));
  if (at < 0) throw new Refusal('no_reaction');
  message.reactions.splice(at, 1);
  return {};
};

const ASSISTANT = { scopes: ['assistant:write', 'chat:write'], token: 'bot' } as const;
const REACTIONS = { scopes: ['reactions:write'], token: 'bot', perMinute: TIER_3 } as const;
const SESSIONS = { scopes: ['chat:write'], token: 'bot', perMinute: TIER_3 } as const;

export const SURFACE_METHODS: Readonly<Record<string, Method>> = {
  'views.open': { scopes: [], token: 'bot', perMinute: TIER_4, run: open },
  'views.update': { scopes: [], token: 'bot', perMinute: TIER_4, run: update },
  'views.publish': { scopes: [], token: 'bot', perMinute: TIER_4, run: publish },
  'assistant.threads.setStatus': { ...ASSISTANT, run: setStatus },
  'assistant.threads.setSuggestedPrompts': {
    ...ASSISTANT,
    scopes: ['assistant:write'],
    run: setPrompts,
  },
  'assistant.threads.setTitle': { ...ASSISTANT, scopes: ['assistant:write'], run: setTitle },
  'agents.sessions.setStatus': { ...SESSIONS, run: setSession },
  'agents.sessions.rename': { ...SESSIONS, run: rename },
  'reactions.add': { ...REACTIONS, run: react },
  'reactions.remove': { ...REACTIONS, run: takeBack },
};
