/**
 * Cosines and sines of the rotary positions, as `Qwen2RotaryEmbedding` computes them
 * (transformers/models/qwen2/modeling_qwen2.py): the frequencies and the angles are rounded to float32 on the way, so
 * a far position's angle is the reference's and not the exact one.
 *
 * Both are [positions, headSize / 2], row by row.
 */
export const rotaryTable = (
  positions: number,
  headSize: number,
  theta: number,
): { cosines: Float32Array; sines: Float32Array } => {
  const half = headSize / 2;
  // inv_freq = 1.0 / (base ** (arange(0, dim, 2).float() / dim))
  const frequencies = Float32Array.from({ length: half }, (_, index) => {
    const exponent = Math.fround((2 * index) / headSize);
    return 1 / Math.fround(theta ** exponent);
  });
  const cosines = new Float32Array(positions * half);
  const sines = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++)
    for (let index = 0; index < half; index++) {
      const angle = Math.fround(position * (frequencies[index] ?? 0));
      cosines[position * half + index] = Math.cos(angle);
      sines[position * half + index] = Math.sin(angle);
    }
  return { cosines, sines };
};
