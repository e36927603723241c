/** The shapes of a LLaVA-OneVision checkpoint, read from its config, preprocessor and generation files. */

export type TextConfig = {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  /** Rows of the embedding table; may exceed the tokenizer's tokens. */
  readonly vocabularyRows: number;
  /** max_position_embeddings. */
  readonly contextTokens: number;
  readonly ropeTheta: number;
  readonly normEpsilon: number;
  /** The output head is the embedding table. */
  readonly tiedHead: boolean;
};

export type VisionConfig = {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  /** As many layers as are run: those up to the selected `vision_feature_layer`, whose plain output is the feature (no post_layernorm). */
  readonly layers: number;
  readonly heads: number;
  readonly normEpsilon: number;
  /** Side of a tile, pixels. */
  readonly tile: number;
  /** Side of a patch, pixels; floor(tile / patch) patches a side. */
  readonly patch: number;
};

export type ImageConfig = {
  /** [height, width] of every canvas, in the file's order, which decides ties. */
  readonly pinpoints: readonly (readonly [height: number, width: number])[];
  /** N of vision_aspect_ratio "anyres_max_N": more tiles than this are downsampled after the tower. */
  readonly maxTiles: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly rescaleFactor: number;
  /** Token that stands for one image feature in the prompt. */
  readonly imageToken: number;
};

export type CheckpointConfig = {
  readonly text: TextConfig;
  readonly vision: VisionConfig;
  readonly image: ImageConfig;
  /** Generation ends at any of these. From generation_config.json, else config.json. */
  readonly endTokens: readonly number[];
};
