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
  const fault = faultOf(config);
  if (fault !== undefined)
    logger.error({ code: fault }, `${ERRORS[fault].say({})} ${ERRORS[fault].operator}`);
  if (config.slack === undefined || fault !== undefined) return undefined;
  return createSlackAdapter({ settings: config.slack, conversation, model, logger, now: Date.now });
};

/** What keeps Slack out, of the settings alone; undefined: nothing, or Slack is not wanted. */
export const faultOf = (
  config: Pick<Config, 'slack' | 'slackLacksToken' | 'http'>,
): 'slack-token-missing' | 'slack-transport' | undefined => {
  if (config.slackLacksToken) return 'slack-token-missing';
  return config.slack === undefined || canBeReached(config) ? undefined : 'slack-transport';
};

/** Over a socket of ours, or by calling this server. */
const canBeReached = ({ slack, http }: Pick<Config, 'slack' | 'http'>): boolean => {
  const transport = slack === undefined ? undefined : transportOf(slack);
  return transport === 'socket' || (transport === 'http' && http.on);
};

export const httpOf = (slack: SlackAdapter | undefined): readonly HttpAdapter[] =>
  slack?.http === undefined ? [] : [slack.http];
