import { z } from 'zod';

/** What Slack sends, loosely: only the fields that are used, and none that can be missing is asked for. */

/** An answer of which nothing is used. */
export const anyAnswer = z.object({});
export const postedAnswer = z.object({ ts: z.string() });
/** `channel`: of the direct messages that a person's id stood for. */
export const directAnswer = z.object({ channel: z.string(), ts: z.string() });

const fileSchema = z.object({
  id: z.string(),
  mode: z.string().optional(),
  mimetype: z.string().optional(),
  /** Shares by channel, of messages that hold the file. */
  shares: z
    .object({
      public: z.record(z.string(), z.array(z.object({ ts: z.string() }))).optional(),
      private: z.record(z.string(), z.array(z.object({ ts: z.string() }))).optional(),
    })
    .optional(),
  url_private: z.string().optional(),
  url_private_download: z.string().optional(),
  file_access: z.string().optional(),
  is_external: z.boolean().optional(),
});
export type SlackFile = z.output<typeof fileSchema>;

const messageSchema = z.object({
  ts: z.string(),
  thread_ts: z.string().optional(),
  subtype: z.string().optional(),
  user: z.string().optional(),
  bot_id: z.string().nullish(),
  app_id: z.string().nullish(),
  text: z.string().nullish(),
  files: z.array(fileSchema).nullish(),
  user_team: z.string().nullish(),
  team: z.string().nullish(),
  metadata: z
    .object({
      event_type: z.string().optional(),
      event_payload: z.record(z.string(), z.unknown()).optional(),
    })
    .nullish(),
});
export type SlackMessage = z.output<typeof messageSchema>;

export const fileAnswer = z.object({ file: fileSchema });
export const uploadAnswer = z.object({ upload_url: z.string(), file_id: z.string() });
export const repliesAnswer = z.object({
  messages: z.array(messageSchema).default([]),
  has_more: z.boolean().optional(),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

export const authAnswer = z.object({
  team_id: z.string(),
  team: z.string().optional(),
  enterprise_id: z.string().nullish(),
  is_enterprise_install: z.boolean().optional(),
  user_id: z.string(),
  bot_id: z.string().optional(),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});

export const userAnswer = z.object({
  user: z.object({
    team_id: z.string().optional(),
    is_admin: z.boolean().optional(),
    is_owner: z.boolean().optional(),
    is_primary_owner: z.boolean().optional(),
    is_restricted: z.boolean().optional(),
    is_ultra_restricted: z.boolean().optional(),
    is_stranger: z.boolean().optional(),
    is_bot: z.boolean().optional(),
    enterprise_user: z.object({ enterprise_id: z.string().optional() }).optional(),
  }),
});

/** `message` in all its subtypes, and `app_mention`. */
export const messageEvent = messageSchema.extend({
  type: z.enum(['message', 'app_mention']),
  channel: z.string(),
  channel_type: z.string().optional(),
  parent_user_id: z.string().optional(),
  deleted_ts: z.string().optional(),
  message: messageSchema.partial({ ts: true }).optional(),
  previous_message: messageSchema.partial({ ts: true }).optional(),
});
export type MessageEvent = z.output<typeof messageEvent>;

export const sessionStoppedEvent = z.object({
  type: z.literal('agent_session_stopped'),
  channel: z.string(),
  user: z.string(),
  thread_ts: z.string().optional(),
});

export const homeOpenedEvent = z.object({
  type: z.literal('app_home_opened'),
  user: z.string(),
  channel: z.string().optional(),
  tab: z.string().optional(),
});

/** The envelope of the Events API. */
export const eventBody = z.object({
  type: z.literal('event_callback'),
  event: z.object({ type: z.string() }).loose(),
});

const userSchema = z.object({ id: z.string(), team_id: z.string().nullish() });

/** A button was pressed. */
export const actionBody = z.object({
  type: z.literal('block_actions'),
  user: userSchema,
  trigger_id: z.string().optional(),
  channel: z.object({ id: z.string() }).optional(),
  message: messageSchema.extend({ blocks: z.array(z.unknown()).optional() }).optional(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        action_ts: z.string().optional(),
        value: z.string().optional(),
      }),
    )
    .min(1),
});
export type ActionBody = z.output<typeof actionBody>;

/** A message shortcut was chosen. */
export const shortcutBody = z.object({
  type: z.literal('message_action'),
  user: userSchema,
  channel: z.object({ id: z.string() }),
  action_ts: z.string(),
  message: messageSchema,
});

/** A modal was submitted. */
export const viewBody = z.object({
  user: userSchema,
  view: z.object({
    private_metadata: z.string(),
    state: z.object({
      values: z.record(z.string(), z.record(z.string(), z.looseObject({}))),
    }),
  }),
});
