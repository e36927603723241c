import '../../no-telemetry.ts';
import { InferenceSession } from 'onnxruntime-node';

export type SessionOptions = {
  /** Threads that compute, this one included; as many as there are cores to spare. */
  readonly threads: number;
  /**
   * Idle threads spin on, instead of for a moment: a word takes at most 4 % less on a quiet machine, and up to 44 %
   * longer beside one busy program.
   */
  readonly spinning: boolean;
};

/**
 * How long an idle thread spins before it sleeps, in microseconds: the small operators between two large products take
 * about as long, and to be woken costs more. A word of a 1.5B takes 7 % less, and no longer beside a busy program; from
 * 20 on it does.
 */
const MOMENT = '10';

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
    extra: {
      session: {
        intra_op: { allow_spinning: '1', ...(spinning ? {} : { spin_duration_us: MOMENT }) },
      },
    },
  });
