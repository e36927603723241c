import type { Ask, Task } from '../../core/reading.ts';
import { WetreadError } from '../../errors.ts';

export const TASKS = [
  'wet-read',
  'report',
  'classify',
  'detect',
] as const satisfies readonly Task[];

export type AskOptions = {
  readonly task?: Task;
  readonly locate?: string;
  readonly ask?: string;
};

/** What is asked of the film; with no option, the wet read. Fails with `usage` or `question-empty`. */
export const askFrom = ({ task, locate, ask }: AskOptions): Ask => {
  if ([task, locate, ask].filter((option) => option !== undefined).length > 1)
    throw new WetreadError('usage', { problem: 'Give at most one of --task, --locate and --ask.' });
  if (locate?.trim() === '' || ask?.trim() === '') throw new WetreadError('question-empty');
  if (locate !== undefined) return { kind: 'locate', what: locate.trim() };
  if (ask !== undefined) return { kind: 'free', text: ask.trim() };
  return { kind: 'task', task: task ?? 'wet-read' };
};
