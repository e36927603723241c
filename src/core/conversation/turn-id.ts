import { createHash } from 'node:crypto';
import type { MessageReference, TurnId } from '../conversation.ts';

/**
 * The turn of a message: made of its identity alone, so that a message delivered twice, as two kinds of event, or to
 * two processes, is one turn. 64 hexadecimal figures.
 */
export const turnIdOf = ({ platform, workspace, channel, id }: MessageReference): TurnId =>
  hashOf(['message', platform, workspace, channel, id]);

/** The turn that answers the question which ended `turn`: only the first answer counts, so there is one. */
export const answeringTurnIdOf = (turn: TurnId): TurnId => hashOf(['answer', turn]);

const hashOf = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');
