/**
 * Random numbers that come out the same for the same seed: what happened once can be made to happen again.
 */

/** A source of random numbers. */
export interface Random {
  /** A number from 0 up to, and without, 1. */
  next(): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of them. */
  pick<T>(choices: readonly [T, ...T[]]): T;
}

/**
 * A source for one pod of a run: pods run beside each other, and each must decide as it did in an earlier
 * run.
 *
 * @param seed the run's
 * @param stream the pod's number
 * @returns the source (mulberry32)
 */
export function randomFor(seed: number, stream: number): Random {
  let state = (seed ^ Math.imul(stream + 1, 0x9e3779b1)) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    chance: (probability) => next() < probability,
    pick: (choices) => choices[Math.floor(next() * choices.length)]!,
  };
}
