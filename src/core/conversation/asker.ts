import type { Message } from '../conversation.ts';

/** Who asks, as the queue is fair by it. */
export const askerOf = ({
  platform,
  workspace,
  author,
}: Pick<Message, 'platform' | 'workspace' | 'author'>): string =>
  JSON.stringify([platform, workspace, author]);
