/**
 * node-llama-cpp in a process of its own, taking orders: `llama-process.mjs GGUF THREADS CONTEXT`. The order
 * {prompt, words} answers {prefillMs, wordMs}: a prompt of so many tokens read, then so many written, one by one.
 */
import { getLlama } from 'node-llama-cpp';

const [path, threads, contextSize] = process.argv.slice(2);
const started = performance.now();
const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: 'error' });
const model = await llama.loadModel({ modelPath: path, useMmap: true });
const context = await model.createContext({
  contextSize: Number(contextSize),
  threads: Number(threads),
  flashAttention: true,
  batchSize: 512,
});
const sequence = context.getSequence();
let turn = 0;

const run = async ({ prompt, words }) => {
  await sequence.clearHistory();
  turn += 1;
  const tokens = Array.from({ length: prompt }, (_, i) => 300 + ((i * 7919 + turn) % 100_000));
  let from = performance.now();
  await sequence.evaluateWithoutGeneratingNewTokens(tokens);
  const prefillMs = performance.now() - from;
  const times = [];
  from = performance.now();
  for await (const _ of sequence.evaluate([500], { temperature: 0, yieldEogToken: true })) {
    times.push(performance.now() - from);
    from = performance.now();
    if (times.length > words) break;
  }
  // the first word is read with what came before it
  return { prefillMs, wordMs: times.slice(1) };
};

process.on('message', (order) => {
  run(order).then(
    (result) => process.send?.(result),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.({ readyMs: performance.now() - started });
