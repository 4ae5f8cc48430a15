import compiled from "../../kernels/compiled/conditional.ts";
import { type KernelMemory, openKernel } from "../../kernels/kernel.ts";
import type { ArmaOrder } from "../polynomial.ts";
import type { ConditionalSquares } from "./conditional-squares.ts";

/** The exports of `kernels/conditional.ts`. */
interface ConditionalKernel {
  readonly memory: KernelMemory;
  prepare(): void;
  squares(): number;
  accept(): void;
  fillNormal(keep: number): void;
  residualsAt(): number;
}

/** The kernel, once a fit has asked for it: a call of the module's top level would keep its bytes in every bundle. */
let kernel: ConditionalKernel | undefined;
let isOpen = false;

function findKernel(): ConditionalKernel | undefined {
  if (!isOpen) kernel = openKernel<ConditionalKernel>(compiled);
  isOpen = true;
  return kernel;
}

/** The most values that the kernel has room for: its memory is addressed by 32 bits. */
const MOST_VALUES = 2 ** 27;
/** Columns that it computes beside those of the Jacobian. */
const MORE_COLUMNS = 16;

/** The address of the coefficients; the gradient, the normal matrix and the columns follow. */
const COEFFICIENTS = 128;

/**
 * Returns the conditional sum of squares of a series, which is copied into the kernel's memory.
 *
 * @returns undefined where there is no kernel, or the series is too short or too long for it
 */
export function kernelSquares(
  { p, q, P, Q, period }: ArmaOrder,
  columns: readonly Float64Array[],
): ConditionalSquares | undefined {
  const instance = findKernel();
  const n = columns[0]!.length;
  const regressors = columns.length - 1;
  const size = p + q + P + Q + regressors;
  const values = (n + period) * (size + columns.length + MORE_COLUMNS);
  if (instance === undefined || p + period * P >= n || values > MOST_VALUES) return undefined;
  new Int32Array(instance.memory.buffer, 0, 7).set([n, p, q, P, Q, period, regressors]);
  instance.prepare();
  const { buffer } = instance.memory;
  let address = COEFFICIENTS;
  const take = (length: number) => {
    const values = new Float64Array(buffer, address, length);
    address += values.byteLength;
    return values;
  };
  const coefficients = take(size);
  const gradient = take(size);
  const normal = take(size * size);
  for (const column of columns) take(n).set(column);
  return {
    normal,
    gradient,
    trial: (x) => {
      coefficients.set(x);
      return instance.squares();
    },
    accept: () => instance.accept(),
    fillNormal: (x, keep = false) => {
      coefficients.set(x);
      instance.fillNormal(Number(keep));
    },
    residuals: () => new Float64Array(buffer, instance.residualsAt(), n),
  };
}
