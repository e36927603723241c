import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Model, ModelEvent, ModelMessage, ModelRequest } from '../model.ts';
import type { EngineOptions } from './engine.ts';
import { modelName } from './model-name.ts';
import { ModelProcess } from './model-process.ts';
import type { SessionOptions } from './onnx-session.ts';

export type RadvlmOptions = SessionOptions & {
  /** A converted checkpoint, as `openConverted` gives it. */
  readonly converted: Pick<EngineOptions, 'directory' | 'manifest'>;
  /** What users see instead of the checkpoint's own name. */
  readonly name?: string | undefined;
  readonly logger: Logger;
  /** What may be held in memory; left out, the engine has its defaults. */
  readonly limits?: EngineOptions['limits'];
};

/**
 * The local runtime: a LLaVA-OneVision checkpoint run by onnxruntime in a process of its own, so that this one never
 * stalls. When that process dies, what was running fails with `model-stopped`, and the next request starts
 * another one. Resolves once the weights are loaded.
 */
export const createRadvlm = async (options: RadvlmOptions): Promise<Model> => {
  const model = new Radvlm(options);
  await model.start();
  return model;
};

class Radvlm implements Model {
  readonly name: string;
  readonly version: string;
  readonly demo: boolean;
  readonly contextTokens: number;
  readonly #options: RadvlmOptions;
  #process: Promise<ModelProcess> | undefined;
  #closed = false;

  constructor(options: RadvlmOptions) {
    const { manifest } = options.converted;
    this.#options = options;
    this.name = options.name ?? modelName(manifest);
    this.version = manifest.version;
    this.demo = manifest.demo;
    const { contextTokens } = manifest.config.text;
    this.contextTokens = Math.min(contextTokens, options.limits?.contextTokens ?? contextTokens);
  }

  async start(): Promise<void> {
    await this.#living();
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void> {
    signal.throwIfAborted();
    const running = await this.#living();
    signal.throwIfAborted();
    yield* running.stream(request, signal);
  }

  async count(messages: readonly ModelMessage[]): Promise<number> {
    const running = await this.#living();
    // The size of an image decides how many tokens it is; its pixels need not travel.
    const light = messages.map((message) => ({
      ...message,
      images: message.images.map((image) => ({ ...image, png: new Uint8Array() })),
    }));
    return running.count(light);
  }

  async forget(sha256: string): Promise<void> {
    const running = await this.#process;
    const isGone = (): boolean => running === undefined || running.ended || this.#closed;
    if (isGone()) return;
    try {
      await running?.forget(sha256);
    } catch (error) {
      // a process that is gone remembers nothing
      if (!isGone()) throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const running = await this.#process?.catch(() => undefined);
    await running?.close();
  }

  /** The process, or a new one where it has died or could not start. */
  async #living(): Promise<ModelProcess> {
    for (;;) {
      const starting = this.#process;
      const running = await starting?.catch(() => undefined);
      if (this.#closed) throw new WetreadError('model-closed');
      if (running && !running.ended) return running;
      // Of several requests that find it dead, the first starts the new one.
      if (starting === this.#process) return (this.#process = this.#start());
    }
  }

  #start(): Promise<ModelProcess> {
    const { converted, threads, spinning, limits, logger } = this.#options;
    return ModelProcess.start({ ...converted, threads, spinning, limits }, logger);
  }
}
