/** About as large as a layer of 1,000 to 4,000 inputs is initialised with. */
const DEVIATION = 0.02;

/** Nearly normal, and the same in every run; a mulberry32 of four draws each. */
export const randomWeights = (count: number, seed: number): Float32Array => {
  let state = seed;
  const draw = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const scale = DEVIATION * Math.sqrt(3);
  return Float32Array.from(
    { length: count },
    () => (draw() + draw() + draw() + draw() - 2) * scale,
  );
};
