import '../../no-telemetry.ts';
import { InferenceSession } from 'onnxruntime-node';

export type SessionOptions = {
  /** Threads that compute, this one included; as many as there are cores to spare. */
  readonly threads: number;
  /**
   * Threads wait for work by spinning: measured no faster on a quiet machine, and three times slower with one busy
   * neighbour.
   */
  readonly spinning: boolean;
};

/** Only what ends the process is printed; every other failure is thrown, and printing would bypass the log. */
const FATAL = 4;

/** Loads a graph of the converted folder; weights beside it are mapped by onnxruntime, never read here. */
export const openSession = (
  path: string,
  { threads, spinning }: SessionOptions,
): Promise<InferenceSession> =>
  InferenceSession.create(path, {
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
    logSeverityLevel: FATAL,
    extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } },
  });
