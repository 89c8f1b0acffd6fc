// Draws from a seed: the same seed gives the same traffic on every machine.

/** A stream of draws. */
export interface Draws {
  /** From 0 up to and without 1. */
  uniform(): number;
  /** A whole number from 0 up to and without `size`. */
  below(size: number): number;
  normal(): number;
  /** Log-normal with this mean; `spread` is the deviation of its logarithm. */
  skewed(mean: number, spread: number): number;
}

/** Opens the stream of a seed and a name. */
export function createDraws(seed: number, name: string): Draws {
  let state = seed >>> 0;
  for (const letter of name) state = Math.imul(state ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  const uniform = (): number => {
    // splitmix32
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    below: (size) => Math.floor(uniform() * size),
    normal,
    skewed: (mean, spread) => mean * Math.exp(spread * normal() - (spread * spread) / 2),
  };
}
