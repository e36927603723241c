import type { APIMessage } from 'discord.js';
import type { TurnId } from '../../core/conversation.ts';
import { readCustomId } from './actions.ts';

/**
 * Names a part of a reply: a message that is posted again with it within some minutes is the same message. At most 25
 * characters; 88 bits of the turn's own hash are enough to tell turns apart.
 */
export const nonceOf = (turn: TurnId, part: number): string =>
  `${turn.slice(0, 22)}${part.toString(36)}`;

/** Which part of which reply a message of ours is, by its components; undefined: it is none. */
export const readKey = ({
  components = [],
}: Pick<APIMessage, 'components'>):
  | { readonly turn: TurnId; readonly part: number }
  | undefined => {
  for (const row of components) {
    if (!('components' in row)) continue;
    for (const component of row.components) {
      const id = 'custom_id' in component ? component.custom_id : undefined;
      const key = typeof id === 'string' ? readCustomId(id) : undefined;
      if (key !== undefined) return { turn: key.turn, part: key.part };
    }
  }
  return undefined;
};
