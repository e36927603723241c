import type { Reply } from '../core/reply.ts';

/** Notices that are said before the answer; what else there is to say comes after it. */
export const FIRST_NOTICES: ReadonlySet<string> = new Set(['demo-model', 'outside-training']);

/** All that a channel sees of a question that is for one person. */
export const ASKED_IN_PRIVATE =
  'There is a question about this film, which only whoever asked can see and answer.';

const STOPPED = 'Stopped.';

/** A reply's words; of one that was stopped, that too. */
export const finalWords = ({ text, finishReason }: Pick<Reply, 'text' | 'finishReason'>): string =>
  finishReason === 'stopped' && !text.endsWith(STOPPED)
    ? [text, STOPPED].filter(Boolean).join('\n\n')
    : text;
