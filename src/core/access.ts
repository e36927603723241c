import type { Message } from './conversation.ts';

/**
 * Who may use Wetread. Every rule must let a message through; an empty list lets everybody through. Ids are the
 * platforms' own, which do not collide (Slack's C…, T… and U…; Discord's snowflakes).
 */
export type AccessRules = {
  /** Slack workspaces, Discord guilds. */
  readonly workspaces: readonly string[];
  /** Not asked of direct messages, which have a channel for each person. */
  readonly channels: readonly string[];
  readonly people: readonly string[];
  readonly directMessages: boolean;
  /** Restricted accounts. */
  readonly guests: boolean;
  /** People of another workspace, in a channel that is shared with theirs. */
  readonly outsiders: boolean;
  /** Platforms with a door of their own (loopback, keys), where whoever is in may ask. */
  readonly openPlatforms: readonly string[];
};

export type AccessDecision =
  | 'yes'
  /** Said to the bot by somebody who may not ask: one sentence, `not-allowed`. */
  | 'refused'
  /** Said among people: as if the bot were not there. */
  | 'silent';

export interface Access {
  mayAsk(message: AccessFacts): AccessDecision;
}

export type AccessFacts = Pick<
  Message,
  'platform' | 'workspace' | 'channel' | 'author' | 'standing' | 'direct' | 'addressed'
>;

export const createAccess = (rules: AccessRules): Access => {
  const workspaces = new Set(rules.workspaces);
  const channels = new Set(rules.channels);
  const people = new Set(rules.people);
  const openPlatforms = new Set(rules.openPlatforms);

  const isAllowed = ({ workspace, channel, author, standing, direct }: AccessFacts): boolean =>
    isStandingAllowed(standing, rules) &&
    isListed(people, author) &&
    isPlaceAllowed({ workspace, channel, direct });

  /** Discord's direct messages belong to no guild, so a list of guilds says nothing about them. */
  const isPlaceAllowed = ({
    workspace,
    channel,
    direct,
  }: Pick<AccessFacts, 'workspace' | 'channel' | 'direct'>): boolean =>
    direct
      ? rules.directMessages && (workspace === '' || isListed(workspaces, workspace))
      : isListed(workspaces, workspace) && isListed(channels, channel);

  return {
    mayAsk: (message) => {
      if (openPlatforms.has(message.platform) || isAllowed(message)) return 'yes';
      return message.addressed || message.direct ? 'refused' : 'silent';
    },
  };
};

const isListed = (list: ReadonlySet<string>, id: string): boolean =>
  list.size === 0 || list.has(id);

const isStandingAllowed = (
  standing: Message['standing'],
  { guests, outsiders }: Pick<AccessRules, 'guests' | 'outsiders'>,
): boolean => {
  switch (standing) {
    case 'moderator':
    case 'member':
      return true;
    case 'guest':
      return guests;
    case 'outsider':
      return outsiders;
  }
};
