import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { createEndpoint, type EndpointOptions } from '../model/endpoint/endpoint.ts';
import type { Model } from '../model/model.ts';
import { createQueue, type Queue } from '../model/queue.ts';
import { openConverted } from '../model/radvlm/converted-cache.ts';
import { fitMemory, keptBytes, type MemoryPlan, MOST_LANES } from '../model/radvlm/memory-plan.ts';
import type { SessionOptions } from '../model/radvlm/onnx-session.ts';
import { createRadvlm } from '../model/radvlm/radvlm.ts';
import { weighModel } from '../model/radvlm/weigh-model.ts';
import { availableMemory } from './available-memory.ts';
import { memoryInWords } from './memory-in-words.ts';
import { PACKAGE_FOLDER } from './package.ts';

/**
 * Conversations that the local engine's graph decodes in one step. More share the reading of the weights, which is what
 * a step of a large model costs; beyond four its attention costs as much again.
 */
export const LANES = MOST_LANES;

/** vLLM and SGLang batch by themselves; more than this at once only makes every answer slower. */
const ENDPOINT_RUNNING = 16;

/** The demo is loaded by then; a model that takes longer keeps nobody who wants to leave. */
const LOADING_GRACE_MS = 2_000;

export type OpenModelOptions = {
  readonly config: Config;
  readonly logger: Logger;
  readonly onConverting: (doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
};

/** The model that the settings name, behind its queue. Fails with `checkpoint-*`, `endpoint-*` or `disk-full`. */
export const openModel = async (options: OpenModelOptions): Promise<Queue> => {
  const { url, queuePlaces: places } = options.config.model;
  if (url !== undefined) {
    const endpoint = createEndpoint(endpointOptions(url, options));
    const model = await unlessAborted(endpoint, options.signal, 0);
    return createQueue(model, { places, running: ENDPOINT_RUNNING });
  }
  const plan = await planLocalMemory(options.config);
  options.logger.info({ ...plan }, `memory: ${memoryInWords(plan)}`);
  const model = await unlessAborted(openLocal(options, plan), options.signal, LOADING_GRACE_MS);
  // One in each lane: a short question does not wait for a long report to end.
  return createQueue(model, { places, running: plan.lanes });
};

/** What the model on this machine will take of it. Fails with `checkpoint-*` or `memory-too-small`. */
export const planLocalMemory = async ({ model }: Config): Promise<MemoryPlan> => {
  const { directory, weights, lanes, contextTokens } = model;
  const weighed = await weighModel(resolve(PACKAGE_FOLDER, directory), { lanes: LANES, weights });
  return fitMemory(weighed, availableMemory(), { lanes, contextTokens });
};

/**
 * A model that arrives after the signal is closed: nobody needs it any more. It is waited for a little, since a process
 * that ends while onnxruntime loads weights is aborted.
 */
const unlessAborted = async (
  opening: Promise<Model>,
  signal: AbortSignal,
  graceMs: number,
): Promise<Model> => {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([opening, aborted]);
  } catch (error) {
    const closed = opening.then(
      (late) => late.close(),
      () => undefined,
    );
    await Promise.race([closed, pause(graceMs, undefined, { ref: false })]);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
};

const openLocal = async (options: OpenModelOptions, plan: MemoryPlan): Promise<Model> => {
  const { config, logger, onConverting, signal } = options;
  const { directory, name, weights } = config.model;
  const converted = await openConverted(resolve(PACKAGE_FOLDER, directory), dataFolder(config), {
    lanes: LANES,
    weights,
    onProgress: onConverting,
    signal,
  });
  signal.throwIfAborted();
  const { contextTokens, keptTokens } = plan;
  const limits = { contextTokens, ...keptBytes(converted.manifest.config, keptTokens) };
  return createRadvlm({ converted, name, ...sessionOptions(config), logger, limits });
};

/** How the local engine computes. */
export const sessionOptions = (config: Config): SessionOptions => ({
  threads: config.model.threads ?? availableParallelism(),
  spinning: config.model.spinning,
});

/** What the settings say of an endpoint. */
export const endpointOptions = (
  url: string,
  { config, logger }: Pick<OpenModelOptions, 'config' | 'logger'>,
): EndpointOptions => {
  const { apiKey, name, firstTokenTimeoutMs, idleTimeoutMs, retries } = config.model;
  return {
    url,
    apiKey,
    model: name,
    demo: false,
    firstTokenTimeoutMs,
    idleTimeoutMs,
    retries,
    logger,
  };
};

/** Where everything is written. */
export const dataFolder = (config: Pick<Config, 'dataDir'>): string =>
  resolve(PACKAGE_FOLDER, config.dataDir);

/** The font of every annotated film. */
export const fontFile = (): string => join(PACKAGE_FOLDER, 'assets', 'fonts', 'inter-semibold.ttf');
