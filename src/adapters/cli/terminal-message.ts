import type { Message } from '../../core/conversation.ts';

/** Who sits at the terminal: there is nobody else. */
export const TERMINAL_USER = { author: 'user', standing: 'member' } as const;

export type TerminalMessage = Pick<Message, 'thread' | 'id' | 'text' | 'ask' | 'choose'> & {
  /** A film that has been read from its file; it cannot be fetched again. */
  readonly film: Uint8Array | undefined;
};

/** What somebody says at the terminal, as a message. */
export const terminalMessage = ({ film, ...said }: TerminalMessage): Message => ({
  platform: 'cli',
  workspace: '',
  channel: 'terminal',
  ...TERMINAL_USER,
  direct: true,
  about: undefined,
  attachments: film === undefined ? [] : [{ reference: undefined, fetch: async () => film }],
  addressed: true,
  ...said,
});
