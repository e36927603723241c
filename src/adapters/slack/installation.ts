import type { SlackApi } from './slack-api.ts';
import type { SlackMessage } from './wire.ts';
import { authAnswer } from './wire.ts';

/** Where the app is installed, and as whom. */
export type Installation = {
  /**
   * The workspace of every identity: the installation's own, whatever an event's `team` says, which differs between
   * deliveries of one post on Enterprise Grid. Of an install for a whole organisation, the organisation.
   */
  readonly workspace: string;
  readonly team: string;
  readonly enterprise: string | undefined;
  readonly botUser: string;
  readonly bot: string | undefined;
  /** undefined: Slack did not say. */
  readonly scopes: readonly string[] | undefined;
};

export const readInstallation = async (
  api: SlackApi,
  patienceMs: number,
  signal?: AbortSignal,
): Promise<Installation> => {
  const options = { repeatable: true, patienceMs, signal };
  const answer = await api.call('auth.test', {}, authAnswer, options);
  const enterprise = answer.enterprise_id ?? undefined;
  return {
    workspace:
      answer.is_enterprise_install === true && enterprise !== undefined
        ? enterprise
        : answer.team_id,
    team: answer.team_id,
    enterprise,
    botUser: answer.user_id,
    bot: answer.bot_id,
    scopes: answer.response_metadata?.scopes,
  };
};

/** Written by us: an upload of ours may carry our bot's id alone, or our user alone. */
export const isOurs = (
  { botUser, bot }: Installation,
  { user, bot_id }: Pick<SlackMessage, 'user' | 'bot_id'>,
): boolean => user === botUser || (bot !== undefined && bot_id === bot);
