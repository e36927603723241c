import type { ModelImage } from '../model.ts';
import type { CheckpointConfig } from './config.ts';
import { decodePng } from './decode-png.ts';
import { packFeatures } from './pack.ts';
import { planTiles, type TilePlan } from './tile-plan.ts';
import { cutTiles } from './tiles.ts';
import type { VisionTower } from './vision-tower.ts';

/** What turns a film into features. */
export type Sight = {
  readonly config: CheckpointConfig;
  readonly tower: Pick<VisionTower, 'see' | 'tileNumbers'>;
  /** image_newline, [text width]. */
  readonly newline: Float32Array;
};

/**
 * A film on its way through the vision tower, and afterwards its features. All sequences about the film share one,
 * and whoever's turn it is takes the next tile through, so an abort loses nothing and no tile is computed twice.
 */
export class FilmFeatures {
  readonly #sight: Sight;
  readonly #plan: TilePlan;
  #seen = 0;
  /** [tiles, 3, T, T] until all are seen. */
  #pixelValues: Float32Array | undefined;
  /** [tiles, patches, text width] until all are seen, then packed: [image tokens, text width]. */
  #features: Float32Array;

  constructor(image: Pick<ModelImage, 'width' | 'height'>, sight: Sight) {
    const { vision, image: config, text } = sight.config;
    this.#sight = sight;
    this.#plan = planTiles(image.height, image.width, vision, config);
    const { tiles, side } = this.#plan;
    this.#features = new Float32Array(tiles * side * side * text.hiddenSize);
  }

  /** 0...1 */
  get share(): number {
    return this.#seen / this.#plan.tiles;
  }

  get tiles(): number {
    return this.#plan.tiles;
  }

  /** That the tower has yet to see. */
  get tilesLeft(): number {
    return this.#plan.tiles - this.#seen;
  }

  get bytes(): number {
    return this.#features.byteLength + (this.#pixelValues?.byteLength ?? 0);
  }

  /** What stands for the film in the prompt, [image tokens, text width], once all of it is seen. */
  get packed(): Float32Array | undefined {
    return this.#seen === this.#plan.tiles ? this.#features : undefined;
  }

  /** One step: decoding and cutting, or the next tile. `image` is the film that this was made for. */
  async advance(image: ModelImage): Promise<void> {
    if (this.packed) return;
    if (this.#pixelValues) return this.#seeNextTile(this.#pixelValues);
    const { vision, image: config } = this.#sight.config;
    this.#pixelValues = cutTiles(await decodePng(image), this.#plan, vision, config);
  }

  async #seeNextTile(pixelValues: Float32Array): Promise<void> {
    const { tower, newline, config } = this.#sight;
    const start = this.#seen * tower.tileNumbers;
    const features = await tower.see(pixelValues.subarray(start, start + tower.tileNumbers));
    this.#features.set(features, this.#seen * features.length);
    this.#seen += 1;
    if (this.#seen < this.#plan.tiles) return;
    this.#features = packFeatures(this.#features, this.#plan, newline, config.text.hiddenSize);
    this.#pixelValues = undefined;
  }
}

/** Features of the films last looked at, by the films' sha256, within a number of bytes. */
export class FilmFeaturesCache {
  readonly #maxBytes: number;
  /** Least recently used first. */
  readonly #films = new Map<string, FilmFeatures>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The film's features, found or begun. Whoever holds one may go on with it after it has left the cache. */
  open(sha256: string, begin: () => FilmFeatures): FilmFeatures {
    const film = this.#films.get(sha256) ?? begin();
    this.#films.delete(sha256);
    this.#films.set(sha256, film);
    let bytes = [...this.#films.values()].reduce((sum, other) => sum + other.bytes, 0);
    for (const [key, other] of this.#films) {
      if (bytes <= this.#maxBytes || other === film) break;
      bytes -= other.bytes;
      this.#films.delete(key);
    }
    return film;
  }

  find(sha256: string): FilmFeatures | undefined {
    return this.#films.get(sha256);
  }

  forget(sha256: string): void {
    this.#films.delete(sha256);
  }
}
