import type { Conversation } from '../../core/conversation.ts';
import type { Removed } from '../../core/intake/decoded.ts';
import type { Redacted } from '../../core/intake/redact-picture.ts';
import type { FeedbackRow } from '../../core/feedback-export.ts';
import type { ExportedCase } from '../../core/teaching/export-cases.ts';
import type { Logger } from '../../log.ts';

/** The streams of whoever started the command, handed in so that it also runs inside a test. */
export type Terminal = {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: OutputStream;
  readonly errors: OutputStream;
  /** Whether colours are wanted at all; they are used on terminals alone. */
  readonly colours: boolean;
};

export type OutputStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  /** Characters in a line of the terminal. */
  readonly columns?: number;
};

/** A model that answers, and the conversation over it. */
export type OpenConversation = {
  readonly conversation: Conversation;
  readonly model: { readonly name: string; readonly version: string; readonly demo: boolean };
  /** The film that intake accepted last, or asks about; undefined until there is one. */
  film(): FilmFacts | undefined;
  close(): Promise<void>;
};

export type FilmFacts = {
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
  /** The kinds of things that were in its file beside its pixels. */
  readonly removed: readonly Removed[];
};

/** Bytes done and in all. */
type OnProgress = (done: number, total: number) => void;

/** What a checkpoint is, by names in camel case: plain JSON. */
export type ModelFacts = {
  readonly name: string;
  readonly facts: Readonly<Record<string, FactValue>>;
};
export type FactValue = string | number | boolean | null | readonly FactValue[];

export type ConvertedModel = {
  readonly directory: string;
  readonly parameters: number;
  readonly bytes: number;
  /** How it agrees with fp32; null where that was not asked for. */
  readonly agreement: Readonly<Record<string, number | null>> | null;
};

/** What a conversion is going to do, told before its first byte is written. */
export type ConversionStart = {
  /** "int4" */
  readonly weights: string;
  /** Numbers that share a scale; null for fp32. */
  readonly block: number | null;
  readonly totalBytes: number;
  /** Of them, what an earlier conversion that was broken off has left. */
  readonly keptBytes: number;
  /** On the disk. */
  readonly freeBytes: number;
};

/** How a case of `model verify` compares with the reference. */
export type CaseResult = {
  readonly name: string;
  readonly passed: boolean;
  /** The largest difference of each kind of number that the case holds. */
  readonly differences: Readonly<Record<string, number>>;
  /** What does not agree, in words; empty when it passed. */
  readonly problems: readonly string[];
};

export type VerifyReport = {
  readonly passed: boolean;
  readonly cases: readonly CaseResult[];
  /** Over all cases. */
  readonly differences: Readonly<Record<string, number>>;
};

/** One line of `doctor`. */
export type Check = {
  readonly name: string;
  readonly ok: boolean;
  /** What was found. */
  readonly found: string;
  /** What to do about it; null when nothing is. */
  readonly advice: string | null;
};

/** Everything that the command line is handed; it imports no model, no settings and no other way in. */
export type CommandLineParts = {
  readonly version: string;
  readonly terminal: Terminal;
  /** Relative paths start here. */
  readonly workingDirectory: string;
  readonly logger: Logger;
  /** Numbers messages and failures. */
  readonly id: () => string;
  /** Calls the listener at each Ctrl-C or request to end, in place of ending; returns how to stop that. */
  onInterrupt(listener: () => void): () => void;
  /** `model`: a folder or an address instead of the one that is set. Fails with a `WetreadError`. */
  openConversation(options: {
    readonly model: string | undefined;
    readonly onConverting: OnProgress;
    readonly signal: AbortSignal;
  }): Promise<OpenConversation>;
  /** What Wetread would keep of a file. Fails with a `WetreadError` of the film's part of the table. */
  redact(bytes: Uint8Array): Promise<Redacted>;
  convert(options: {
    readonly directory: string;
    /** undefined: the cache in the data folder. */
    readonly out: string | undefined;
    /** undefined: what is set. */
    readonly weights: string | undefined;
    readonly block: number | undefined;
    /** A folder of films that the result is held to fp32 on; undefined: it is not. */
    readonly calibrate: string | undefined;
    readonly onStart: (start: ConversionStart) => void;
    /** So many of all questions have been asked of both. */
    readonly onAsked: OnProgress;
    readonly onProgress: OnProgress;
    readonly signal: AbortSignal;
  }): Promise<ConvertedModel>;
  describeModel(directory: string): Promise<ModelFacts>;
  verify(options: {
    /** A folder, or the address of an endpoint. */
    readonly directory: string;
    readonly cases: string;
    /** What memory it is going to take, in words, before it takes any. */
    readonly onMemory: (words: string) => void;
    readonly onCase: (result: CaseResult) => void;
    readonly signal: AbortSignal;
  }): Promise<VerifyReport>;
  diagnose(): Promise<readonly Check[]>;
  /**
   * Opens the store that is set and hands every judgement to `write`, which resolves to how many it wrote; closes it
   * again. Fails with `store-in-use` while a server has the store in the data folder.
   */
  exportFeedback(write: (feedback: AsyncIterable<FeedbackRow>) => Promise<number>): Promise<void>;
  /** As `exportFeedback`, with every teaching case. */
  exportCases(write: (cases: AsyncIterable<ExportedCase>) => Promise<number>): Promise<void>;
  /** Opens the store in the data folder, compacts and closes it. Fails with `store-in-use`. */
  compactData(): Promise<{
    readonly directory: string;
    readonly bytesBefore: number;
    readonly bytesAfter: number;
  }>;
};
