import { relative } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Message, TurnId } from '../../core/conversation.ts';
import type { Ask } from '../../core/reading.ts';
import type { Choice } from '../../core/reply.ts';
import { WetreadError } from '../../errors.ts';
import { chooseAnnotatedFile } from './annotated-file.ts';
import { CHAT_HELP, parseChatLine } from './chat-command.ts';
import { EXIT } from './exit-code.ts';
import { readFilmFile } from './film-file.ts';
import { followTurn, takeFrom, type TurnOutcome } from './follow-turn.ts';
import { interruptible } from './interruptible.ts';
import type { CommandLineParts, OpenConversation } from './parts.ts';
import { createProgress } from './progress.ts';
import { exitCodeOfOutcome } from './read.ts';
import { createReplyPrinter, type ReplyPrinter } from './reply-printer.ts';
import { TERMINAL_USER, terminalMessage } from './terminal-message.ts';

export type ChatOptions = {
  readonly model?: string;
  readonly choose?: Choice['code'];
};

/**
 * `wetread chat FILM`: a film and any number of questions about it, typed or piped in. Ctrl-C stops an answer; at the
 * prompt, twice leaves. Resolves to the exit code of the last answer; fails with a `WetreadError`.
 */
export const chatAboutFilm = async (
  parts: CommandLineParts,
  film: string,
  options: ChatOptions,
): Promise<number> => {
  const { terminal, workingDirectory } = parts;
  if (film === '-')
    throw new WetreadError('usage', {
      problem: 'A chat reads questions from standard input; give the film as a file.',
    });
  const bytes = await readFilmFile(film, { input: terminal.input, workingDirectory });
  await chooseAnnotatedFile({ film, out: undefined, workingDirectory });
  const progress = createProgress(terminal.errors);
  const open = await interruptible(parts, ({ signal }) =>
    parts.openConversation({
      model: options.model,
      onConverting: (done, total) => progress.share('converting the checkpoint', done, total),
      signal,
    }),
  ).finally(() => progress.clear());
  const chat = new Chat({ parts, open, film, bytes, choose: options.choose });
  try {
    return await chat.run();
  } finally {
    await open.close();
  }
};

type ChatParts = {
  readonly parts: CommandLineParts;
  readonly open: OpenConversation;
  readonly film: string;
  readonly bytes: Uint8Array;
  readonly choose: Choice['code'] | undefined;
};

class Chat {
  readonly #chat: ChatParts;
  readonly #thread: string;
  readonly #lines: Interface;
  readonly #typed: boolean;
  /** The film goes with every message until intake has taken it. */
  #filmTaken = false;
  #asked = false;
  #running: TurnId | undefined;
  #open: { readonly turn: TurnId; readonly options: readonly Choice[] } | undefined;
  #pictures = 0;
  #interrupts = 0;
  #leave: () => void = () => undefined;
  #exitCode: number = EXIT.answered;

  constructor(chat: ChatParts) {
    const { input, output } = chat.parts.terminal;
    this.#chat = chat;
    this.#thread = chat.parts.id();
    this.#typed = input.isTTY === true && output.isTTY === true;
    this.#lines = createInterface({ input, output, terminal: this.#typed, prompt: '> ' });
  }

  async run(): Promise<number> {
    const { parts } = this.#chat;
    // on a terminal readline takes Ctrl-C for itself, at the prompt and while an answer runs
    this.#lines.on('SIGINT', () => this.#interrupt());
    if (this.#typed) parts.terminal.output.write(`${CHAT_HELP}\n`);
    this.#prompt();
    try {
      for await (const line of this.#lines) {
        this.#interrupts = 0;
        if (!(await this.#take(line))) break;
        this.#prompt();
      }
      return this.#exitCode;
    } finally {
      this.#lines.close();
    }
  }

  /** false when the chat is over. */
  async #take(line: string): Promise<boolean> {
    const { conversation } = this.#chat.open;
    const choice = this.#open?.options.find(({ code }) => code === line.trim());
    if (this.#open && choice) {
      return this.#answer(await conversation.choose(this.#open.turn, choice.code, TERMINAL_USER));
    }
    const command = parseChatLine(line, !this.#asked);
    switch (command.kind) {
      case 'ask':
        return this.#answer(await takeFrom(conversation, this.#message(command.ask)));
      case 'nothing':
        return true;
      case 'help':
        this.#chat.parts.terminal.output.write(`${CHAT_HELP}\n`);
        return true;
      case 'quit':
        return false;
      case 'unknown':
        this.#chat.parts.terminal.errors.write('There is no such command. /help lists them.\n');
        return true;
    }
  }

  async #answer(turn: TurnId): Promise<boolean> {
    const { parts } = this.#chat;
    const progress = createProgress(parts.terminal.errors);
    const printer = createReplyPrinter(parts.terminal, progress);
    if (this.#asked) parts.terminal.output.write('\n');
    this.#asked = true;
    const outcome = await this.#follow(turn, printer);
    progress.clear();
    if (outcome === 'left') return false;
    this.#exitCode = exitCodeOfOutcome(outcome);
    const { last } = outcome;
    this.#open = last.type === 'choices' ? { turn, options: last.options } : undefined;
    if (last.type === 'choices') {
      if (last.private) await this.#keepPicture('Masked film', last.picture?.png, printer.remark);
      printer.remark('Type one of the words before the colons.');
    }
    if (last.type === 'error') parts.terminal.errors.write(`${last.message}\n`);
    if (last.type === 'end')
      await this.#keepPicture('Annotated film', last.reply.annotated?.png, printer.remark);
    const filmUnusable = !this.#filmTaken && isAboutTheFilm(outcome);
    this.#filmTaken ||= last.type !== 'error';
    return !filmUnusable;
  }

  /** Shows the turn until it ends, or until the user leaves without waiting for that. */
  async #follow(turn: TurnId, printer: ReplyPrinter): Promise<TurnOutcome | 'left'> {
    const { parts, open } = this.#chat;
    const release = parts.onInterrupt(() => this.#interrupt());
    this.#running = turn;
    this.#interrupts = 0;
    try {
      const left = new Promise<'left'>((resolve) => {
        this.#leave = () => resolve('left');
      });
      return await Promise.race([followTurn(open.conversation, turn, printer.show), left]);
    } finally {
      this.#running = undefined;
      release();
    }
  }

  async #keepPicture(
    name: string,
    png: Uint8Array | undefined,
    remark: (text: string) => void,
  ): Promise<void> {
    if (png === undefined) return;
    const { film, parts } = this.#chat;
    const { workingDirectory } = parts;
    this.#pictures += 1;
    const file = await chooseAnnotatedFile({
      film,
      out: undefined,
      workingDirectory,
      number: this.#pictures,
    });
    await file.write(png);
    remark(`${name}: ${relative(workingDirectory, file.path)}`);
  }

  #message(ask: Ask): Message {
    const { parts, bytes, choose } = this.#chat;
    return terminalMessage({
      thread: this.#thread,
      id: parts.id(),
      text: ask.kind === 'free' ? ask.text : '',
      // the user's own words go through the conversation's table ("help", "forget", "where is it?")
      ask: ask.kind === 'free' ? undefined : ask,
      choose,
      film: this.#filmTaken ? undefined : bytes,
    });
  }

  /** Ctrl-C: the first stops an answer, or warns at the prompt; the second leaves. */
  #interrupt(): void {
    const { parts, open } = this.#chat;
    this.#interrupts += 1;
    if (this.#interrupts > 1) {
      this.#exitCode = EXIT.stopped;
      this.#leave();
      this.#lines.close();
    } else if (this.#running !== undefined) {
      void open.conversation.stop(this.#running);
    } else {
      parts.terminal.output.write('\nCtrl-C once more, or /quit, leaves.\n');
      this.#prompt();
    }
  }

  #prompt(): void {
    if (this.#typed) this.#lines.prompt();
  }
}

/** The film itself cannot be used: there is nothing to talk about. */
const isAboutTheFilm = ({ last }: TurnOutcome): boolean =>
  last.type === 'error' && /^(file|picture|not-a-picture|not-a-chest-film)/.test(last.code);
