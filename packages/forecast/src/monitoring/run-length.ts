import { chiSquareCdf } from "../stats/chi-square.ts";

/** States by which the sum of a CUSUM is approximated. */
const STATES = 160;

/**
 * Returns the average run length of a tabular CUSUM of independent normal values with standard deviation 1: the mean
 * number of values from a sum of 0 until the sum exceeds its decision value. A Markov chain approximates the sum,
 * accurate to about 0.1 % for decisions up to 12. Two-sided: 1/L = 1/L_up + 1/L_down.
 *
 * @param reference - k ≥ 0
 * @param decision - h > 0
 * @param shift - mean of the values; 0 gives the run length until a false alarm
 * @param sides - 1 for the upward sum alone
 * @see Brook & Evans (1972), doi:10.1093/biomet/59.3.539
 */
export function averageRunLength(reference: number, decision: number, shift = 0, sides: 1 | 2 = 2): number {
  if (!(reference >= 0) || !(decision > 0))
    throw new RangeError(
      `reference is ${reference} and decision ${decision}; reference must be at least 0, decision above 0`,
    );
  const up = oneSided(reference, decision, shift);
  return sides === 1 ? up : 1 / (1 / up + 1 / oneSided(reference, decision, -shift));
}

/** Solves (I - P) L = 1 for the chain on states 0, w, 2w, …, whose first holds all sums that would be below w/2. */
function oneSided(reference: number, decision: number, shift: number): number {
  const width = (2 * decision) / (2 * STATES - 1);
  const below = (x: number) => normalCdf(x + reference - shift);
  const rows = Array.from({ length: STATES }, (_, i) =>
    Float64Array.from({ length: STATES + 1 }, (_, j) => {
      if (j === STATES) return 1;
      const edge = (j - i) * width + width / 2;
      const p = j === 0 ? below(edge) : below(edge) - below(edge - width);
      return (i === j ? 1 : 0) - p;
    }),
  );
  // Diagonally dominant, so Gaussian elimination needs no pivoting; from the last state down, so that L_0 comes first.
  for (let pivot = STATES - 1; pivot > 0; pivot--) {
    const row = rows[pivot]!;
    for (let i = 0; i < pivot; i++) {
      const other = rows[i]!;
      const factor = other[pivot]! / row[pivot]!;
      for (let j = 0; j < pivot; j++) other[j]! -= factor * row[j]!;
      other[STATES]! -= factor * row[STATES]!;
    }
  }
  return rows[0]![STATES]! / rows[0]![0]!;
}

function normalCdf(x: number): number {
  const half = 0.5 * chiSquareCdf(x * x, 1, "upper");
  return x > 0 ? 1 - half : half;
}
