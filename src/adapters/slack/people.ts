import type { Message } from '../../core/conversation.ts';
import type { Logger } from '../../log.ts';
import { logFailure } from './explain-failure.ts';
import type { Installation } from './installation.ts';
import type { SlackApi } from './slack-api.ts';
import { SlackFailure } from './slack-failure.ts';
import { userAnswer } from './wire.ts';

type Standing = Message['standing'];

/** An admin who is made one is noticed after this. */
const KEPT_MS = 10 * 60_000;
/** People who are remembered at the same time. */
const MOST = 5_000;
/** Slack wants its acknowledgement within three seconds. */
const PATIENCE_MS = 2_000;

export type PeopleOptions = {
  readonly api: SlackApi;
  readonly installation: Installation;
  readonly moderators: readonly string[];
  readonly logger: Logger;
  /** Milliseconds. */
  readonly now: () => number;
};

/** Who somebody is to the workspace. */
export class People {
  readonly #options: PeopleOptions;
  readonly #known = new Map<
    string,
    { readonly standing: Promise<Standing>; readonly at: number }
  >();

  constructor(options: PeopleOptions) {
    this.#options = options;
  }

  /** Fails with a `SlackFailure` when Slack cannot be asked just now. */
  async standing(user: string): Promise<Standing> {
    const { moderators, now } = this.#options;
    if (moderators.includes(user)) return 'moderator';
    const known = this.#known.get(user);
    if (known !== undefined && now() < known.at + KEPT_MS) return known.standing;
    // Of somebody who asks in many threads at once Slack is asked once.
    const standing = this.#ask(user);
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(user, { standing, at: now() });
    standing.catch(() => this.#known.delete(user));
    return standing;
  }

  async #ask(user: string): Promise<Standing> {
    const { api, installation, logger } = this.#options;
    try {
      const options = { repeatable: true, patienceMs: PATIENCE_MS };
      const answer = await api.call('users.info', { user }, userAnswer, options);
      return standingOf(answer.user, installation);
    } catch (error) {
      if (!(error instanceof SlackFailure) || error.kind !== 'refused') throw error;
      // Whom the workspace does not know, or may not be asked about, is not let in as a member.
      if (error.code !== 'user_not_found')
        logFailure(logger, 'error', error, 'members cannot be told from others');
      return 'outsider';
    }
  }
}

const standingOf = (
  user: (typeof userAnswer)['_output']['user'],
  { team, enterprise }: Installation,
): Standing => {
  const sameOrganisation =
    enterprise !== undefined && user.enterprise_user?.enterprise_id === enterprise;
  const elsewhere =
    user.is_stranger === true || (user.team_id !== undefined && user.team_id !== team);
  if (elsewhere && !sameOrganisation) return 'outsider';
  if (user.is_restricted === true || user.is_ultra_restricted === true) return 'guest';
  const governs = user.is_admin === true || user.is_owner === true;
  return governs || user.is_primary_owner === true ? 'moderator' : 'member';
};
