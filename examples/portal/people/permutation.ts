// A keyed permutation of the integers 0..size-1 and its inverse, by arithmetic alone.
// It scatters the population over the space of numbers without a table of 600,000 entries.
// Deterministic, not secret: the rounds mix well but are no cipher.

/** A one-to-one mapping of 0..size-1 onto itself. */
export interface Permutation {
  forward(n: number): number;
  backward(n: number): number;
}

const ROUNDS = 4;

/** Mixes two 32-bit integers into one (the finaliser of MurmurHash3). */
export function mix(n: number, salt: number): number {
  let h = Math.imul(n ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x27d4eb2f);
  return (h ^ (h >>> 15)) >>> 0;
}

/** Builds the permutation of `size` integers that belongs to a seed. */
export function createPermutation(size: number, seed: number): Permutation {
  const halfBits = Math.ceil(Math.log2(Math.max(size, 4)) / 2);
  const forward = (n: number): number => feistel(n, halfBits, seed);
  const backward = (n: number): number => inverseFeistel(n, halfBits, seed);
  return { forward: walk(forward, size), backward: walk(backward, size) };
}

// The network permutes a power of four, at most four times too large: stepping on until the value
// falls inside keeps the mapping one-to-one (cycle walking).
function walk(step: (n: number) => number, size: number): (n: number) => number {
  return (n) => {
    let value = step(n);
    while (value >= size) value = step(value);
    return value;
  };
}

function feistel(n: number, halfBits: number, seed: number): number {
  const mask = 2 ** halfBits - 1;
  let left = n >>> halfBits;
  let right = n & mask;
  for (let round = 0; round < ROUNDS; round += 1) {
    [left, right] = [right, left ^ (mix(right, seed + round) & mask)];
  }
  return left * (mask + 1) + right;
}

function inverseFeistel(n: number, halfBits: number, seed: number): number {
  const mask = 2 ** halfBits - 1;
  let left = n >>> halfBits;
  let right = n & mask;
  for (let round = ROUNDS - 1; round >= 0; round -= 1) {
    [left, right] = [right ^ (mix(left, seed + round) & mask), left];
  }
  return left * (mask + 1) + right;
}
