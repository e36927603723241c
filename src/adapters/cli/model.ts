import { EXIT } from './exit-code.ts';
import { interruptible } from './interruptible.ts';
import type {
  CaseResult,
  CommandLineParts,
  ConversionStart,
  ConvertedModel,
  FactValue,
  VerifyReport,
} from './parts.ts';
import { createProgress, createTimedShare, SILENT } from './progress.ts';

export type ConvertOptions = {
  readonly out?: string;
  readonly weights?: string;
  readonly block?: string;
  readonly calibrate?: string;
  readonly json?: boolean;
};

/** `wetread model convert DIR`. */
export const convertModel = async (
  parts: CommandLineParts,
  directory: string,
  options: ConvertOptions,
): Promise<number> => {
  const { output, errors } = parts.terminal;
  const isQuiet = options.json === true;
  const progress = isQuiet ? SILENT : createProgress(errors);
  const converting = createTimedShare(progress, 'converting the checkpoint');
  const asking = createTimedShare(progress, 'asking both');
  const converted = await interruptible(parts, ({ signal }) =>
    parts.convert({
      directory,
      out: options.out,
      weights: options.weights,
      block: options.block === undefined ? undefined : Number(options.block),
      calibrate: options.calibrate,
      onStart: (start) => {
        if (!isQuiet) errors.write(`${startInWords(start)}\n`);
      },
      onProgress: converting,
      onAsked: asking,
      signal,
    }),
  ).finally(() => progress.clear());
  output.write(`${isQuiet ? JSON.stringify(converted) : convertedInWords(converted)}\n`);
  return EXIT.answered;
};

const startInWords = (start: ConversionStart): string => {
  const { weights, block, totalBytes, keptBytes, freeBytes } = start;
  const kept = keptBytes === 0 ? '' : `, ${megabytes(keptBytes)} of them there already`;
  const kind = block === null ? weights : `${weights} in blocks of ${block}`;
  return `Weights as ${kind}: needs ${megabytes(totalBytes)} of disk${kept}; ${megabytes(freeBytes)} are free.`;
};

const convertedInWords = (converted: ConvertedModel): string => {
  const { parameters, bytes, directory, agreement } = converted;
  const words = `Converted ${millions(parameters)} parameters (${megabytes(bytes)}) into ${directory}`;
  if (agreement === null) return words;
  const figures = Object.entries(agreement).map(
    ([name, value]) => `${spaced(name)} ${value === null ? '-' : inFigures(value)}`,
  );
  return `${words}\nBeside fp32: ${figures.join(', ')}`;
};

/** `wetread model info DIR`. */
export const showModel = async (
  parts: CommandLineParts,
  directory: string,
  options: { readonly json?: boolean },
): Promise<number> => {
  const { name, facts } = await parts.describeModel(directory);
  const { output } = parts.terminal;
  if (options.json === true) {
    output.write(`${JSON.stringify({ name, ...facts })}\n`);
    return EXIT.answered;
  }
  const rows = Object.entries(facts).map(
    ([fact, value]) => [spaced(fact), inWords(value)] as const,
  );
  const width = Math.max(...rows.map(([fact]) => fact.length));
  output.write(`${name}\n`);
  for (const [fact, value] of rows) output.write(`  ${fact.padEnd(width)}  ${value}\n`);
  return EXIT.answered;
};

/** "contextTokens" as "context tokens". */
const spaced = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const inWords = (value: FactValue): string => {
  if (value === null) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object') return value.map((item) => inWords(item)).join(', ');
  return String(value);
};

/** `wetread model verify DIR --cases CASES`: a line for each case, then the largest difference of each kind. */
export const verifyModel = async (
  parts: CommandLineParts,
  directory: string,
  options: { readonly cases: string; readonly json?: boolean },
): Promise<number> => {
  const { output } = parts.terminal;
  const inJson = options.json === true;
  const report = await interruptible(parts, ({ signal }) =>
    parts.verify({
      directory,
      cases: options.cases,
      onMemory: (words) => {
        if (!inJson) parts.terminal.errors.write(`Memory: ${words}\n`);
      },
      onCase: (result) => {
        if (!inJson) output.write(`${caseLine(result)}\n`);
      },
      signal,
    }),
  );
  output.write(inJson ? `${JSON.stringify(report)}\n` : `${summary(report)}\n`);
  return report.passed ? EXIT.answered : EXIT.other;
};

const caseLine = ({ name, passed, differences, problems }: CaseResult): string =>
  [passed ? 'ok ' : 'NO ', name, ...problems, differencesInWords(differences)]
    .filter((part) => part !== '')
    .join('  ');

const summary = ({ passed, cases, differences }: VerifyReport): string => {
  const failed = cases.filter((result) => !result.passed).length;
  const verdict = passed
    ? `All ${cases.length} cases agree with the reference.`
    : `${failed} of ${cases.length} cases differ from the reference.`;
  return `${verdict} Largest differences: ${differencesInWords(differences) || 'none'}`;
};

const differencesInWords = (differences: Readonly<Record<string, number>>): string =>
  Object.entries(differences)
    .map(([kind, difference]) => `${kind.replaceAll('_', ' ')} ${inFigures(difference)}`)
    .join(', ');

const millions = (parameters: number): string => `${(parameters / 1e6).toFixed(1)} million`;
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

/** Two figures, without trailing zeros. */
const inFigures = (difference: number): string => String(Number(difference.toPrecision(2)));
