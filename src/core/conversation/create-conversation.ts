import type { Conversation } from '../conversation.ts';
import type { ConversationOptions } from './conversation-options.ts';
import { JournalledConversation } from './journalled-conversation.ts';
import { CONVERSATION_LIMITS } from './limits.ts';

/**
 * The conversation over its stores, with a lease of its own, looking for what dead processes left. Fails with
 * `store-failed` when the lease cannot be had.
 */
export const createConversation = async ({
  limits = CONVERSATION_LIMITS,
  ...options
}: Omit<ConversationOptions, 'limits'> &
  Partial<Pick<ConversationOptions, 'limits'>>): Promise<Conversation> => {
  const conversation = new JournalledConversation({ ...options, limits });
  await conversation.start();
  return conversation;
};
