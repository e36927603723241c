import { ERRORS } from '../../errors.ts';
import { explainFailure } from './explain-failure.ts';
import { readInstallation } from './installation.ts';
import { createNetwork } from '../network.ts';
import { missingScopes } from './requirements.ts';
import { SlackApi } from './slack-api.ts';
import { toSlackFailure } from './slack-failure.ts';
import type { SlackSettings } from './slack-settings.ts';
import { anyAnswer } from './wire.ts';

/** One thing that was looked at: what was found, and what to do about it. */
type SlackCheck = {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  readonly advice: string | null;
};

/** How long Slack is waited for by somebody who sits before it. */
const PATIENCE_MS = 5_000;

/** Asks Slack who we are and what we may; opens no socket, and posts nothing. */
export const checkSlack = async (settings: SlackSettings): Promise<readonly SlackCheck[]> => {
  const network = createNetwork(settings.proxy);
  const { apiUrl, botToken, appToken } = settings;
  const parts = { apiUrl, network, now: () => performance.now() };
  try {
    return [
      await checkBotToken(new SlackApi({ ...parts, token: botToken })),
      ...(appToken === undefined
        ? []
        : [await checkAppToken(new SlackApi({ ...parts, token: appToken }))]),
    ];
  } finally {
    await network.close();
  }
};

const checkBotToken = async (api: SlackApi): Promise<SlackCheck> => {
  const name = 'Slack';
  try {
    const { workspace, scopes } = await readInstallation(api, PATIENCE_MS);
    const missing = missingScopes(scopes ?? []);
    const where = `SLACK_BOT_TOKEN is of workspace ${workspace}`;
    if (scopes !== undefined && missing.length > 0) {
      const { say, operator } = ERRORS['slack-scope'];
      return { name, ok: false, found: say({ scope: missing.join(', ') }), advice: operator };
    }
    return { name, ok: true, found: where, advice: null };
  } catch (error) {
    return failed(name, error);
  }
};

const checkAppToken = async (api: SlackApi): Promise<SlackCheck> => {
  const name = 'Slack socket';
  try {
    const options = { repeatable: true, patienceMs: PATIENCE_MS };
    await api.call('apps.connections.open', {}, anyAnswer, options);
    return { name, ok: true, found: 'SLACK_APP_TOKEN may open a socket', advice: null };
  } catch (error) {
    return failed(name, error);
  }
};

const failed = (name: string, error: unknown): SlackCheck => {
  const { found, operator } = explainFailure(toSlackFailure('auth.test', error));
  return { name, ok: false, found, advice: operator };
};
