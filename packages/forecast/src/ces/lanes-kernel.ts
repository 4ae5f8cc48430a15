import compiled from "../kernels/compiled/complex.ts";
import { type KernelMemory, openKernel } from "../kernels/kernel.ts";
import type { Lanes } from "./lanes.ts";
import type { Gains } from "./recursion.ts";

/** The exports of `kernels/complex.ts`. */
interface ComplexKernel {
  readonly memory: KernelMemory;
  prepare(): void;
  evaluate(): void;
}

/** The kernel, once a fit has asked for it: a call of the module's top level would keep its bytes in every bundle. */
let kernel: ComplexKernel | undefined;
let isOpen = false;

function findKernel(): ComplexKernel | undefined {
  if (!isOpen) kernel = openKernel<ComplexKernel>(compiled);
  isOpen = true;
  return kernel;
}

/** The most values that the kernel has room for: its memory is addressed by 32 bits. */
const MOST_VALUES = 2 ** 27;

/** Places of float64 values: the gains and the sums of squares of both lanes, then the states before the first value. */
const GAINS = 2;
const SQUARES = GAINS + 20;
const START = SQUARES + 2;

/**
 * Returns the lanes of a series, which is copied into the kernel's memory and stays there until the next call.
 *
 * @param places - places of the longest season; zeros fill those of shorter ones, which stay zeros
 * @returns undefined where there is no kernel, and for a series that is too long
 */
export function kernelLanes(y: Float64Array, places: number): Lanes | undefined {
  const instance = findKernel();
  const states = 4 * (1 + places);
  const series = START + 2 * states;
  if (instance === undefined || series + y.length > MOST_VALUES) return undefined;
  new Int32Array(instance.memory.buffer, 0, 2).set([y.length, places]);
  instance.prepare();
  const values = new Float64Array(instance.memory.buffer, 0, series + y.length);
  values.fill(0, GAINS, series);
  values.set(y, series);
  return {
    start(lane, { level, potential, season, seasonPotential }) {
      for (let i = 0; i < states; i += 2) values[START + lane + i] = 0;
      values[START + lane] = level;
      values[START + lane + 2] = potential;
      for (let j = 0; j < season.length; j++) {
        values[START + lane + 4 + 4 * j] = season[j]!;
        values[START + lane + 6 + 4 * j] = seasonPotential[j]!;
      }
    },
    squares(gains) {
      gains.forEach((trial, lane) => {
        if (trial === undefined) return;
        setGains(trial.level, GAINS + lane);
        setGains(trial.season, GAINS + 10 + lane);
      });
      instance.evaluate();
      return values.subarray(SQUARES, START);
    },
  };

  function setGains({ value, potential, outflow, inflow, keep }: Gains, at: number): void {
    values[at] = value;
    values[at + 2] = potential;
    values[at + 4] = outflow;
    values[at + 6] = inflow;
    values[at + 8] = keep;
  }
}
