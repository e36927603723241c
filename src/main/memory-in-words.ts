import type { MemoryPlan } from '../model/radvlm/memory-plan.ts';

/** "5.9 GB at the most: weights 4.9, …": for the log, doctor and `model info`. */
export const memoryInWords = (plan: MemoryPlan): string => {
  const { lanes, contextTokens, keptTokens, cacheBytesPerToken } = plan;
  const talks = lanes === 1 ? '1 conversation' : `${lanes} conversations`;
  const parts = [
    `weights ${gigabytes(plan.weights)}`,
    `${talks} of ${thousands(contextTokens)} tokens ${gigabytes(plan.conversations)}`,
    `${thousands(keptTokens)} tokens kept ${gigabytes(plan.kept)}`,
    `working space ${gigabytes(plan.working)}`,
    `a thousand tokens are ${Math.ceil((1000 * cacheBytesPerToken) / 1e6)} MB`,
  ];
  return `${gigabytes(plan.total)} at the most (${parts.join(', ')})`;
};

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
const thousands = (count: number): string => count.toLocaleString('en-US');
