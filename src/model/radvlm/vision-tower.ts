import { join } from 'node:path';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { CheckpointConfig } from './config.ts';
import { openSession, type SessionOptions } from './onnx-session.ts';

/** SigLIP and the projector (transformers: LlavaOnevisionModel.get_image_features up to packing) over vision.onnx. */
export class VisionTower {
  /** Numbers in one tile, 3 * T * T. */
  readonly tileNumbers: number;
  readonly #tileSide: number;
  readonly #session: InferenceSession;

  static async open(
    directory: string,
    config: CheckpointConfig,
    options: SessionOptions,
  ): Promise<VisionTower> {
    return new VisionTower(
      await openSession(join(directory, 'vision.onnx'), options),
      config.vision.tile,
    );
  }

  private constructor(session: InferenceSession, tileSide: number) {
    this.#session = session;
    this.#tileSide = tileSide;
    this.tileNumbers = 3 * tileSide * tileSide;
  }

  /** Features of normalised tiles [N, 3, T, T]: [N, patches, text width]. */
  async see(pixelValues: Float32Array): Promise<Float32Array> {
    return (await this.#run(pixelValues, ['image_features']))[0] as Float32Array;
  }

  /** The same, and before it the selected layer's states: [N, patches, vision width]. */
  async inspect(
    pixelValues: Float32Array,
  ): Promise<{ visionHidden: Float32Array; features: Float32Array }> {
    const [visionHidden, features] = await this.#run(pixelValues, [
      'vision_hidden',
      'image_features',
    ]);
    return { visionHidden: visionHidden as Float32Array, features: features as Float32Array };
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  async #run(pixelValues: Float32Array, outputs: readonly string[]): Promise<Float32Array[]> {
    const tiles = pixelValues.length / this.tileNumbers;
    if (!Number.isInteger(tiles) || tiles < 1) throw new RangeError('pixel values');
    const shape = [tiles, 3, this.#tileSide, this.#tileSide];
    const feeds = { pixel_values: new Tensor('float32', pixelValues, shape) };
    const results = await this.#session.run(feeds, outputs);
    return outputs.map((name) => results[name]?.data as Float32Array);
  }
}
