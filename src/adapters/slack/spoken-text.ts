/** What a message says, apart from whom it is said to. */
export type SpokenText = {
  /** Plain words: mentions of the bot are gone, Slack's own marks are read. */
  readonly words: string;
  readonly mentionsBot: boolean;
  /** It speaks to somebody else: a person, a group, or everybody here. */
  readonly mentionsOthers: boolean;
};

const MENTION = /<(@|!subteam\^|!)([^>|]*)(?:\|([^>]*))?>/g;
const LINK = /<(?:#|mailto:|tel:|https?:\/\/)?([^>|]*)(?:\|([^>]*))?>/g;

/** Reads Slack's markup (docs.slack.dev/messaging/formatting-message-text). */
export const readText = (text: string, botUserId: string): SpokenText => {
  let mentionsBot = false;
  let mentionsOthers = false;
  const withoutMentions = text.replaceAll(
    MENTION,
    (_whole, kind: string, id: string, label: string | undefined) => {
      if (kind === '@' && id === botUserId) {
        mentionsBot = true;
        return ' ';
      }
      // A date is no address.
      if (kind === '!' && id.startsWith('date')) return label ?? '';
      mentionsOthers = true;
      return ' ';
    },
  );
  const words = withoutMentions
    .replaceAll(LINK, (_whole, target: string, label: string | undefined) => label ?? target)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/[ \t]+/g, ' ')
    .trim();
  return { words, mentionsBot, mentionsOthers };
};
