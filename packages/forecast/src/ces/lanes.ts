import { backcast, type CesGains, copyMoving, type MovingState, run } from "./recursion.ts";

/** Two recursions over a series, one of each search that runs at a time. */
export interface Lanes {
  /** Sets the guess of the states before the first value in a lane, 0 or 1. */
  start(lane: number, guess: MovingState): void;
  /** Returns the sum of squared errors from backcast states for the gains of each lane; any number where there are none. */
  squares(gains: readonly (CesGains | undefined)[]): ArrayLike<number>;
}

/** Returns the lanes of a series in TypeScript: the reference of the kernel. */
export function plainLanes(y: Float64Array): Lanes {
  const states = new Map<number, { readonly guess: MovingState; readonly moving: MovingState }>();
  return {
    start(lane, guess) {
      states.set(lane, { guess, moving: copyMoving(guess) });
    },
    squares: (gains) =>
      gains.map((trial, lane) => {
        const state = states.get(lane);
        if (trial === undefined || state === undefined) return NaN;
        backcast(trial, state.guess, state.moving, y);
        return run(trial, state.moving, y);
      }),
  };
}
