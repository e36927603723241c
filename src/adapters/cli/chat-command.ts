import type { Ask } from '../../core/reading.ts';
import { TASKS } from './ask.ts';

/** What a line of `wetread chat` means. */
export type ChatCommand =
  | { readonly kind: 'ask'; readonly ask: Ask }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'help' }
  | { readonly kind: 'quit' }
  /** Looks like a command, and is none. */
  | { readonly kind: 'unknown' };

export const CHAT_HELP = `Ask about the film, or:
  /wet-read  /report  /classify  /detect
  /locate X  where X is on the film
  /help      this list
  /quit      leave (Ctrl-C stops an answer)`;

/** An empty line asks for the wet read before anything was asked, and for nothing afterwards. */
export const parseChatLine = (line: string, first: boolean): ChatCommand => {
  const words = line.trim();
  if (words === '')
    return first ? { kind: 'ask', ask: { kind: 'task', task: 'wet-read' } } : { kind: 'nothing' };
  if (!words.startsWith('/')) return { kind: 'ask', ask: { kind: 'free', text: words } };
  const [, name = '', rest = ''] = /^\/(\S*)\s*(.*)$/s.exec(words) ?? [];
  if (name === 'help') return { kind: 'help' };
  if (name === 'quit' || name === 'exit') return { kind: 'quit' };
  if (name === 'locate' && rest !== '') return { kind: 'ask', ask: { kind: 'locate', what: rest } };
  const task = TASKS.find((one) => one === name);
  return task === undefined ? { kind: 'unknown' } : { kind: 'ask', ask: { kind: 'task', task } };
};
