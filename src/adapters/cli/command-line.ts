import { Command, CommanderError, Option } from 'commander';
import { INTAKE_CHOICES } from '../../core/reply.ts';
import { toWetreadError, WetreadError } from '../../errors.ts';
import { TASKS } from './ask.ts';
import { chatAboutFilm, type ChatOptions } from './chat.ts';
import { exportCasesTo } from './cases.ts';
import { compactData, exportFeedbackTo } from './data.ts';
import { showDiagnosis } from './doctor.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { convertModel, type ConvertOptions, showModel, verifyModel } from './model.ts';
import type { CommandLineParts } from './parts.ts';
import { readFilm, type ReadOptions } from './read.ts';
import { redactFile, type RedactOptions } from './redact.ts';

/**
 * The command line: arguments in, exit code out. Never throws: a failure is one sentence on standard error, or with
 * --json the one object {error: {code, message}} on standard output.
 */
export const createCommandLine =
  (parts: CommandLineParts) =>
  async (argv: readonly string[]): Promise<number> => {
    let exitCode: number = EXIT.answered;
    const program = createProgram(parts, (code) => {
      exitCode = code;
    });
    try {
      await program.parseAsync(argv, { from: 'user' });
      return exitCode;
    } catch (error) {
      if (error instanceof CommanderError && error.exitCode === 0) return EXIT.answered;
      return reportFailure(parts, asWetreadError(error, parts), argv.includes('--json'));
    }
  };

const asWetreadError = (error: unknown, parts: CommandLineParts): WetreadError => {
  if (error instanceof CommanderError)
    return new WetreadError('usage', { problem: usageSentence(error) });
  const id = parts.id();
  const failure = toWetreadError(error, id);
  if (failure.code === 'internal') parts.logger.error({ id, err: error }, 'command failed');
  return failure;
};

/** "error: unknown option '--foo'" as a sentence. */
const usageSentence = ({ code, message }: CommanderError): string => {
  if (code === 'commander.help') return 'Say what to do: `wetread read FILM`, or `wetread --help`.';
  const [first = ''] = message.replace(/^error: /, '').split('\n');
  const hint = /\(Did you mean .+\?\)/.exec(message)?.[0];
  const sentence = `${first.charAt(0).toUpperCase()}${first.slice(1)}`;
  return [sentence.replace(/[.]?$/, '.'), hint, 'See wetread --help.'].filter(Boolean).join(' ');
};

const reportFailure = (parts: CommandLineParts, failure: WetreadError, json: boolean): number => {
  const { output, errors } = parts.terminal;
  const { code, message } = failure;
  if (json) output.write(`${JSON.stringify({ error: { code, message } })}\n`);
  else errors.write(`${message}\n`);
  return exitCodeOf(code);
};

const createProgram = (parts: CommandLineParts, end: (exitCode: number) => void): Command => {
  const { output, errors } = parts.terminal;
  const program = new Command('wetread')
    .description('Shows a chest film to a model and asks. Research software, not a medical device.')
    .version(parts.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void output.write(text),
      // a usage error is reported once, by whoever catches it
      writeErr: () => undefined,
      getOutHasColors: () => parts.terminal.colours && output.isTTY === true,
      getErrHasColors: () => parts.terminal.colours && errors.isTTY === true,
    })
    .showSuggestionAfterError();

  addFilmCommands(program, parts, end);
  addModelCommands(program, parts, end);
  addDataCommands(program, parts, end);
  program
    .command('doctor')
    .description('check what Wetread stands on, and say what to do')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean }) => end(await showDiagnosis(parts, options)));
  return program;
};

const MODEL_OPTION = [
  '--model <dir-or-url>',
  'a checkpoint folder, or an OpenAI-compatible address',
] as const;

const addFilmCommands = (
  program: Command,
  parts: CommandLineParts,
  end: (exitCode: number) => void,
): void => {
  const choose = () =>
    new Option('--choose <code>', 'answer beforehand what may be asked about the film').choices(
      INTAKE_CHOICES,
    );
  program
    .command('read')
    .description('read one film; with no task and no question, the wet read')
    .argument('<film>', 'a picture of a frontal chest film; - is standard input')
    .addOption(new Option('--task <task>', 'what to do with the film').choices(TASKS))
    .option('--locate <what>', 'find this on the film')
    .option('--ask <question>', 'ask this in your own words')
    .option(...MODEL_OPTION)
    .option('--out <file>', 'where the annotated film goes (FILM.annotated.png here)')
    .option('--json', 'print one JSON object (docs/read.schema.json)')
    .addOption(choose())
    .action(async (film: string, options: ReadOptions) =>
      end(await readFilm(parts, film, options)),
    );
  program
    .command('redact')
    .description('write a picture as it would be kept: its pixels alone, text masked')
    .argument('<file>', 'a film; - is standard input')
    .requiredOption('--out <png>', 'where the redacted picture goes')
    .option('--json', 'print one JSON object: boxes and kinds, never words')
    .action(async (file: string, options: RedactOptions) =>
      end(await redactFile(parts, file, options)),
    );
  program
    .command('chat')
    .description('talk about one film')
    .argument('<film>', 'a picture of a frontal chest film')
    .option(...MODEL_OPTION)
    .addOption(choose())
    .action(async (film: string, options: ChatOptions) =>
      end(await chatAboutFilm(parts, film, options)),
    );
};

const WEIGHTS = ['auto', 'fp32', 'int8', 'int4'];

const addModelCommands = (
  program: Command,
  parts: CommandLineParts,
  end: (exitCode: number) => void,
): void => {
  const model = program.command('model').description('convert, describe or verify a checkpoint');
  model
    .command('convert')
    .description('convert a Hugging Face checkpoint into the graphs that are run')
    .argument('<dir>', 'a LLaVA-OneVision checkpoint')
    .option('--out <dir>', 'where the graphs go (a cache in the data folder)')
    .addOption(
      new Option('--weights <kind>', 'how weights are stored (what MODEL_WEIGHTS says)').choices(
        WEIGHTS,
      ),
    )
    .addOption(
      new Option(
        '--block <numbers>',
        'weights that share a scale (64 for int4, 32 for int8)',
      ).choices(['32', '64', '128']),
    )
    .option('--calibrate <films>', 'hold the result to fp32 on the films of this folder')
    .option('--json', 'print one JSON object')
    .action(async (directory: string, options: ConvertOptions) =>
      end(await convertModel(parts, directory, options)),
    );
  model
    .command('info')
    .description('say what a checkpoint is')
    .argument('<dir>', 'a checkpoint, or a converted one')
    .option('--json', 'print one JSON object')
    .action(async (directory: string, options: { json?: boolean }) =>
      end(await showModel(parts, directory, options)),
    );
  model
    .command('verify')
    .description('compare this runtime with numbers of the reference')
    .argument('<dir-or-url>', 'a checkpoint, a converted one, or an endpoint')
    .requiredOption('--cases <dir>', 'cases that training/golden/make.py wrote')
    .option('--json', 'print one JSON object')
    .action(async (directory: string, options: { cases: string; json?: boolean }) =>
      end(await verifyModel(parts, directory, options)),
    );
};

const addDataCommands = (
  program: Command,
  parts: CommandLineParts,
  end: (exitCode: number) => void,
): void => {
  program
    .command('feedback')
    .description('what people said of replies')
    .command('export')
    .description('print every judgement as a JSON object a line, without words or names')
    .option('--out <file>', 'write them there instead')
    .action(async (options: { out?: string }) => end(await exportFeedbackTo(parts, options)));
  program
    .command('cases')
    .description('teaching cases')
    .command('export')
    .description('write film, key and answers of every case, without names')
    .requiredOption('--out <dir>', 'the folder that they go to, a folder each')
    .action(async (options: { out: string }) => end(await exportCasesTo(parts, options)));
  program
    .command('data')
    .description('look after the data folder')
    .command('compact')
    .description('leave nothing in its files of what was forgotten or has expired')
    .action(async () => end(await compactData(parts)));
};
