import { styleText } from 'node:util';
import type { ReplyEvent } from '../../core/reply.ts';
import type { Terminal } from './parts.ts';
import { printable } from './printable.ts';
import type { Progress } from './progress.ts';

/**
 * Prints a reply for a person: notices that come first, the words as they come, then the other notices, an empty line
 * between them. The answer goes to standard output, progress to standard error; progress keeps off a line of the
 * terminal that words stand on.
 */
export interface ReplyPrinter {
  readonly show: (event: ReplyEvent) => void;
  /** A remark of the command's own, after what was printed. */
  readonly remark: (text: string) => void;
}

export const createReplyPrinter = (terminal: Terminal, progress: Progress): ReplyPrinter => {
  const { output } = terminal;
  const coloured = terminal.colours && output.isTTY === true;
  const dim = (text: string): string =>
    coloured ? styleText('dim', text, { validateStream: false }) : text;

  let midLine = false;
  let block: 'answer' | 'remarks' | undefined;
  const write = (text: string): void => {
    output.write(text);
    midLine = !text.endsWith('\n');
  };
  const endLine = (): void => {
    progress.clear();
    if (midLine) write('\n');
  };
  const enter = (next: 'answer' | 'remarks'): void => {
    progress.clear();
    if (block !== undefined && block !== next) {
      endLine();
      write('\n');
    }
    block = next;
  };
  const remark = (text: string): void => {
    enter('remarks');
    write(`${dim(printable(text))}\n`);
  };

  const show = (event: ReplyEvent): void => {
    switch (event.type) {
      case 'status':
        if (!(midLine && output.isTTY === true)) progress.status(event);
        return;
      case 'text-delta':
        enter('answer');
        write(printable(event.text));
        return;
      case 'notice':
        remark(`Note: ${event.text}`);
        return;
      case 'choices':
        enter('answer');
        write(`${printable(event.question)}\n`);
        for (const { code, text } of event.options) write(`  ${code}: ${printable(text)}\n`);
        return;
      case 'image':
        return;
      case 'end':
      case 'error':
        endLine();
        return;
    }
  };
  return { show, remark };
};
