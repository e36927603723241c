import type { TurnId } from '../../core/conversation.ts';
import type { SlackMessage } from './wire.ts';

/** Names a part of a reply on the platform, so that one that was posted and not stored is found again. */
const EVENT_TYPE = 'wetread_part';

export const keyedMetadata = (turn: TurnId, part: number) => ({
  event_type: EVENT_TYPE,
  event_payload: { key: `${turn}:${part}` },
});

/** The turn and part of a message of ours; undefined: it carries no key. */
export const readKey = ({
  metadata,
}: SlackMessage): { readonly turn: TurnId; readonly part: number } | undefined => {
  const key = metadata?.event_type === EVENT_TYPE ? metadata.event_payload?.['key'] : undefined;
  if (typeof key !== 'string') return undefined;
  const at = key.lastIndexOf(':');
  return { turn: key.slice(0, at), part: Number(key.slice(at + 1)) };
};
