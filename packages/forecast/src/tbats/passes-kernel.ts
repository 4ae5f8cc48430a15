import compiled from "../kernels/compiled/rotations.ts";
import { type KernelMemory, openKernel } from "../kernels/kernel.ts";
import { squaringsOf } from "./admissible.ts";
import type { Passes, PassSizes } from "./passes.ts";

/** The exports of `kernels/rotations.ts`. */
interface RotationsKernel {
  readonly memory: KernelMemory;
  prepare(): void;
  fillStates(): void;
  isAdmissible(squarings: number, limit: number): number;
  fillErrors(): number;
  fillDerivatives(): void;
}

/** The kernel, once a fit has asked for it: a call of the module's top level would keep its bytes in every bundle. */
let kernel: RotationsKernel | undefined;
let isOpen = false;

function findKernel(): RotationsKernel | undefined {
  if (!isOpen) kernel = openKernel<RotationsKernel>(compiled);
  isOpen = true;
  return kernel;
}

/** The most values that the kernel has room for: its memory is addressed by 32 bits. */
const MOST_VALUES = 2 ** 27;
/** The address of the mean, which the damping follows; then come the system and the series. */
const MEAN = 32;

/**
 * Returns the passes over a series, which is copied into the kernel's memory and stays there until the next call.
 *
 * @param y - a series without missing values
 * @returns undefined where there is no kernel, and for a series that is too long
 */
export function kernelPasses(y: Float64Array, { system, count, p, q, lambda, damping }: PassSizes): Passes | undefined {
  const instance = findKernel();
  const n = y.length;
  const m = system.states;
  const width = evenOf(m);
  const stride = evenOf(count);
  const length = m + p + q;
  const size = (width + stride + 8) * (n + 8) + (2 * width + stride) * (width + stride + length) + 16 * length;
  if (instance === undefined || size > MOST_VALUES) return undefined;
  new Int32Array(instance.memory.buffer, 0, 8).set([n, m, Number(system.trend), count, p, q, lambda, damping]);
  instance.prepare();
  const rows = (n + 3) & ~3;
  let address = MEAN;
  const take = (length: number) => {
    const values = new Float64Array(instance.memory.buffer, address, length);
    address += values.byteLength;
    return values;
  };
  const scalars = take(2);
  const cos = take(m);
  const sin = take(m);
  const gain = take(m);
  const arAt = take(p);
  const maAt = take(q);
  const z = take(n);
  const change = take(n);
  const start = take(width);
  const white = take(rows);
  const stateProducts = take(width * width);
  const stateRight = take(width);
  const directionRows = take(stride * length);
  const productRows = take(stride * stride);
  const crossedRows = take(width * stride);
  const columnRight = take(stride);
  z.set(y);
  cos.set(system.cos);
  sin.set(system.sin);
  start.fill(0);
  directionRows.fill(0);

  return {
    z,
    change,
    white: white.subarray(0, n),
    isAdmissible(limit) {
      setSystem();
      return instance.isAdmissible(squaringsOf(limit), limit) !== 0;
    },
    fillStates({ ar, ma }, mean, products, right) {
      setSystem();
      scalars[0] = mean;
      arAt.set(ar);
      maAt.set(ma);
      instance.fillStates();
      copyRows(stateProducts, width, m, m, products);
      right.set(stateRight.subarray(0, m));
    },
    fillErrors(x) {
      start.set(x);
      return instance.fillErrors();
    },
    fillDerivatives(directions, products, crossed, right) {
      for (let i = 0; i < count; i++)
        for (let j = 0; j < length; j++) directionRows[j * stride + i] = directions[i * length + j]!;
      instance.fillDerivatives();
      copyRows(productRows, stride, count, count, products);
      copyRows(crossedRows, width, count, m, crossed);
      right.set(columnRight.subarray(0, count));
    },
  };

  function setSystem(): void {
    scalars[1] = system.damping;
    gain.set(system.gain);
  }
}

const evenOf = (count: number): number => (count + 1) & ~1;

/** Copies a matrix out of one whose rows are wider. */
function copyRows(from: Float64Array, width: number, rows: number, columns: number, out: Float64Array): void {
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[i * columns + j] = from[i * width + j]!;
}
