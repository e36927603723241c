import type { HttpAdapter } from '../adapters/http.ts';
import { transportOf } from '../adapters/slack/slack-settings.ts';
import { createSlackAdapter, type SlackAdapter } from '../adapters/slack/slack.ts';
import type { Config } from '../config.ts';
import type { Conversation } from '../core/conversation.ts';
import { ERRORS } from '../errors.ts';
import type { Logger } from '../log.ts';

export type OpenSlackOptions = {
  readonly config: Config;
  /** May be one that is not there yet. */
  readonly conversation: Conversation;
  readonly model: { readonly name: string; readonly demo: boolean };
  readonly logger: Logger;
};

/** Slack as it is set up; undefined: it is not, or not so that it can be reached, which is logged. */
export const openSlack = ({
  config,
  conversation,
  model,
  logger,
}: OpenSlackOptions): SlackAdapter | undefined => {
  if (config.slack === undefined) return undefined;
  if (!canBeReached(config)) {
    const code = 'slack-transport';
    logger.error({ code }, ERRORS[code].say({}));
    return undefined;
  }
  return createSlackAdapter({ settings: config.slack, conversation, model, logger, now: Date.now });
};

/** Over a socket of ours, or by calling this server. */
export const canBeReached = ({ slack, http }: Pick<Config, 'slack' | 'http'>): boolean => {
  const transport = slack === undefined ? undefined : transportOf(slack);
  return transport === 'socket' || (transport === 'http' && http.on);
};

export const httpOf = (slack: SlackAdapter | undefined): readonly HttpAdapter[] =>
  slack?.http === undefined ? [] : [slack.http];
