import compiled from "../kernels/compiled/smoothing.ts";
import { type KernelMemory, openKernel } from "../kernels/kernel.ts";
import type { EtsForm } from "./form.ts";
import { type EtsSquares, SEASON, writeNormal } from "./squares.ts";

/** The exports of `kernels/smoothing.ts`. */
interface SmoothingKernel {
  readonly memory: KernelMemory;
  prepare(): void;
  pass(): number;
  fillNormal(count: number): number;
  factorsOf(): number;
}

/** The kernel, once a fit has asked for it: a call of the module's top level would keep its bytes in every bundle. */
let kernel: SmoothingKernel | undefined;
let isOpen = false;

function findKernel(): SmoothingKernel | undefined {
  if (!isOpen) kernel = openKernel<SmoothingKernel>(compiled);
  isOpen = true;
  return kernel;
}

/** The most values that the kernel has room for: its memory is addressed by 32 bits. */
const MOST_VALUES = 2 ** 27;

/** The address of the unknowns; the series and the kernel's results follow. */
const UNKNOWNS = 64;

/** The parts of the kernel's memory that a form of a series uses. */
interface Views {
  readonly buffer: ArrayBuffer;
  readonly unknowns: Float64Array;
  readonly products: Float64Array;
  readonly gradient: Float64Array;
  readonly dLog: Float64Array;
  readonly factors: Float64Array;
  readonly active: Int32Array;
}

/** The views of whose form and series the kernel has been told last: they share its memory. */
let owner: Views | undefined;

/**
 * Returns the sum of squares of a form of a series, which is copied into the kernel's memory each time that another one has
 * been there.
 *
 * @returns undefined where there is no kernel, for a multiplicative trend, and for a series that is too long
 */
export function kernelSquares(form: EtsForm, y: Float64Array, period: number): EtsSquares | undefined {
  const instance = findKernel();
  const seasonal = form.season !== "N";
  const relative = form.error === "M";
  const m = seasonal ? period : 0;
  const n = y.length;
  const size = SEASON + Math.max(0, m - 1);
  const widest = strideOf(size);
  if (instance === undefined || form.trend === "M" || 2 * n + (widest + m + 16) * widest > MOST_VALUES)
    return undefined;
  const nobs = y.reduce((count, value) => count + (value === value ? 1 : 0), 0);
  const settings = [n, m, Number(form.trend !== "N"), Number(form.season === "M"), Number(relative)];
  let views: Views | undefined;

  const enter = (x: Float64Array): Views => {
    if (views === undefined || owner !== views || views.buffer !== instance.memory.buffer) {
      new Int32Array(instance.memory.buffer, 0, settings.length).set(settings);
      instance.prepare();
      const { buffer } = instance.memory;
      if (views?.buffer !== buffer) views = createViews(buffer, n, size);
      new Float64Array(buffer, UNKNOWNS + 8 * size, n).set(y);
      owner = views;
    }
    views.unknowns.set(x);
    return views;
  };
  /** Returns the square of the geometric mean of the expectations, from the products that a pass has left. */
  const scaleOf = ({ factors }: Views): number => {
    if (!relative) return 1;
    const last = instance.factorsOf() - 1;
    let logs = 0;
    for (let i = 0; i < last; i++) logs += Math.log(factors[i]!);
    return Math.exp((2 * (logs + Math.log(factors[last]!))) / nobs);
  };

  return {
    size,
    value(x) {
      const entered = enter(x);
      const squares = instance.pass();
      return squares < Infinity ? squares * scaleOf(entered) : squares;
    },
    normal(x, A, g, active) {
      A.fill(0);
      g.fill(0);
      const entered = enter(x);
      entered.active.set(active);
      const squares = instance.fillNormal(active.length);
      if (squares === Infinity) return Infinity;
      const scale = scaleOf(entered);
      const { products, gradient, dLog } = entered;
      const sums = { products, gradient, dLog, stride: strideOf(active.length), squares, scale, nobs };
      writeNormal(sums, { A, g, active, relative, size });
      return scale * squares;
    },
  };
}

/** Returns the places of a row of derivatives: a pair of them for the last unknown, or for none. */
const strideOf = (count: number): number => (count + 2) & ~1;

function createViews(buffer: ArrayBuffer, n: number, size: number): Views {
  const widest = strideOf(size);
  let address = UNKNOWNS;
  const take = (length: number) => {
    const values = new Float64Array(buffer, address, length);
    address += values.byteLength;
    return values;
  };
  const unknowns = take(size);
  take(n);
  const products = take(widest * widest);
  const gradient = take(widest);
  const dLog = take(widest);
  const factors = take(n + 1);
  return { buffer, unknowns, products, gradient, dLog, factors, active: new Int32Array(buffer, address, size) };
}
