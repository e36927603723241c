import { resolve } from 'node:path';
import type { FeedbackRow } from '../../core/feedback-export.ts';
import { EXIT } from './exit-code.ts';
import type { CommandLineParts } from './parts.ts';
import { writeWhole } from './write-whole.ts';

/** `wetread feedback export`: every judgement that is kept, one JSON object a line. */
export const exportFeedbackTo = async (
  parts: CommandLineParts,
  { out }: { readonly out?: string },
): Promise<number> => {
  const { terminal, workingDirectory } = parts;
  let rows = 0;
  const write = async (feedback: AsyncIterable<FeedbackRow>): Promise<number> => {
    const lines = async function* (): AsyncGenerator<string> {
      for await (const row of feedback) {
        rows += 1;
        yield `${JSON.stringify(row)}\n`;
      }
    };
    if (out === undefined) for await (const line of lines()) terminal.output.write(line);
    else await writeWhole(resolve(workingDirectory, out), lines());
    return rows;
  };
  await parts.exportFeedback(write);
  terminal.errors.write(`${rows === 1 ? 'One judgement' : `${rows} judgements`} exported.\n`);
  return EXIT.answered;
};

/** `wetread data compact`: leaves no byte of what was forgotten or has expired in the store's files. */
export const compactData = async (parts: CommandLineParts): Promise<number> => {
  const { directory, bytesBefore, bytesAfter } = await parts.compactData();
  parts.terminal.output.write(
    `${directory}: ${inMegabytes(bytesBefore)} before, ${inMegabytes(bytesAfter)} after.\n`,
  );
  return EXIT.answered;
};

const inMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
