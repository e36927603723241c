import { relative } from 'node:path';
import type { Choice } from '../../core/reply.ts';
import { chooseAnnotatedFile, type AnnotatedFile } from './annotated-file.ts';
import { askChoice, mayAsk } from './ask-choice.ts';
import { askFrom, type AskOptions } from './ask.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { readFilmFile } from './film-file.ts';
import { followTurn, takeFrom, type TurnOutcome } from './follow-turn.ts';
import { interruptible } from './interruptible.ts';
import type { CommandLineParts, OpenConversation } from './parts.ts';
import { createProgress, SILENT, type Progress } from './progress.ts';
import { answerOutput, choicesOutput, type ReadOutput } from './read-output.ts';
import { sayRemoved } from './removed-words.ts';
import { createReplyPrinter } from './reply-printer.ts';
import { TERMINAL_USER, terminalMessage } from './terminal-message.ts';

export type ReadOptions = AskOptions & {
  readonly model?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly choose?: Choice['code'];
};

/** `wetread read FILM`: one film, one question, one answer. Resolves to the exit code; fails with a `WetreadError`. */
export const readFilm = async (
  parts: CommandLineParts,
  film: string,
  options: ReadOptions,
): Promise<number> => {
  const { terminal, workingDirectory } = parts;
  // everything that can be wrong without the model is found before it is loaded
  const ask = askFrom(options);
  const bytes = await readFilmFile(film, { input: terminal.input, workingDirectory });
  const annotated = await chooseAnnotatedFile({ film, out: options.out, workingDirectory });

  const watched = options.json !== true || terminal.errors.isTTY === true;
  const progress = watched ? createProgress(terminal.errors) : SILENT;
  return interruptible(parts, async (interrupt) => {
    const open = await parts.openConversation({
      model: options.model,
      onConverting: (done, total) => progress.share('converting the checkpoint', done, total),
      signal: interrupt.signal,
    });
    try {
      // The first message of a thread of its own.
      const id = parts.id();
      const said = { thread: id, id, text: '', ask, choose: options.choose, film: bytes };
      const turn = await takeFrom(open.conversation, terminalMessage(said));
      const onTurn = (running: string): void =>
        interrupt.onStop(() => void open.conversation.stop(running));
      onTurn(turn);
      const answer = { parts, open, turn, onTurn, progress, annotated };
      return options.json === true ? await answerAsJson(answer) : await answerInWords(answer);
    } finally {
      progress.clear();
      await open.close();
    }
  });
};

type Answering = {
  readonly parts: CommandLineParts;
  readonly open: OpenConversation;
  readonly turn: string;
  /** Told which turn a Ctrl-C is to stop, when it is another one. */
  readonly onTurn: (turn: string) => void;
  readonly progress: Progress;
  readonly annotated: AnnotatedFile;
};

const answerInWords = async (answering: Answering): Promise<number> => {
  const { parts, open, turn, onTurn, progress, annotated } = answering;
  const printer = createReplyPrinter(parts.terminal, progress);
  const outcome = await followTurn(open.conversation, turn, printer.show);
  const { last } = outcome;
  if (last.type === 'choices') {
    if (last.private && last.picture) {
      await annotated.write(last.picture.png);
      printer.remark(`Masked film: ${relative(parts.workingDirectory, annotated.path)}`);
    }
    const isAsked = mayAsk(parts.terminal);
    printer.remark(isAsked ? 'Type one of the words before the colons.' : 'Choose with --choose.');
    const code = isAsked ? await askChoice(parts.terminal, last.options) : undefined;
    if (code !== undefined) {
      const answer = await open.conversation.choose(turn, code, TERMINAL_USER);
      onTurn(answer);
      return answerInWords({ ...answering, turn: answer });
    }
  }
  const removed = open.film()?.removed ?? [];
  if (removed.length > 0) printer.remark(`Removed from the film's file: ${sayRemoved(removed)}.`);
  if (last.type === 'error') parts.terminal.errors.write(`${last.message}\n`);
  if (last.type === 'end' && last.reply.annotated) {
    await annotated.write(last.reply.annotated.png);
    printer.remark(`Annotated film: ${relative(parts.workingDirectory, annotated.path)}`);
  }
  return exitCodeOfOutcome(outcome);
};

const answerAsJson = async (answering: Answering): Promise<number> => {
  const { parts, open, turn, progress, annotated } = answering;
  let words = '';
  const outcome = await followTurn(open.conversation, turn, (event) => {
    if (event.type === 'status' && words === '') progress.status(event);
    if (event.type !== 'text-delta') return;
    words += event.text;
    progress.words(words);
  });
  progress.clear();
  const output = await outputOf(outcome, open, annotated);
  parts.terminal.output.write(`${JSON.stringify(output)}\n`);
  return exitCodeOfOutcome(outcome);
};

const outputOf = async (
  { last, notices }: TurnOutcome,
  open: OpenConversation,
  annotated: AnnotatedFile,
): Promise<ReadOutput> => {
  if (last.type === 'error') return { error: { code: last.code, message: last.message } };
  const film = open.film();
  if (film === undefined) throw new Error('an answer about no film');
  if (last.type === 'choices') {
    const picture = last.private ? last.picture : null;
    if (picture) await annotated.write(picture.png);
    return choicesOutput(film, open.model, { ...last, picture }, notices, annotated.path);
  }
  const { reply } = last;
  if (reply.annotated) await annotated.write(reply.annotated.png);
  return answerOutput(film, open.model, reply, notices, annotated.path);
};

/** Exit code of a turn that reached its last event. */
export const exitCodeOfOutcome = ({ last }: TurnOutcome): number => {
  switch (last.type) {
    case 'end':
      return last.reply.finishReason === 'stopped' ? EXIT.stopped : EXIT.answered;
    case 'choices':
      return EXIT.refused;
    case 'error':
      return exitCodeOf(last.code);
  }
};
