import compiled from "../../kernels/compiled/exact.ts";
import { type KernelMemory, openKernel } from "../../kernels/kernel.ts";
import { solveNormal } from "../../linalg/normal-equations.ts";
import { type Arma, armaReach } from "../polynomial.ts";
import type { LikelihoodWorkspace } from "./likelihood-workspace.ts";
import { addForwardDifferences, toCoordinateGradient } from "./partial-coordinates.ts";

/** The exports of `kernels/exact.ts`. */
interface ExactKernel {
  readonly memory: KernelMemory;
  prepare(): void;
  evaluate(): number;
  fillGradient(scale: number): void;
  difference(changesGram: number): number;
}

/** The kernel, once a fit has asked for it: a call of the module's top level would keep its bytes in every bundle. */
let kernel: ExactKernel | undefined;
let isOpen = false;

function findKernel(): ExactKernel | undefined {
  if (!isOpen) kernel = openKernel<ExactKernel>(compiled);
  isOpen = true;
  return kernel;
}

/** The most values that the kernel has room for: its memory is addressed by 32 bits. */
const MOST_VALUES = 2 ** 27;

/** The series in the kernel's memory, with views of that memory. */
interface Occupant {
  readonly instance: ExactKernel;
  readonly work: LikelihoodWorkspace;
  readonly columns: readonly Float64Array[];
  /** Settings: 3 of the series, then 5 orders of the model. */
  readonly settings: Int32Array;
  readonly coefficients: Float64Array;
  readonly raw: Float64Array;
  readonly beta: Float64Array;
  /** Products of the columns, `count` × `count` by rows, the lower triangle. */
  readonly inner: Float64Array;
  readonly diagonal: Float64Array;
}

let occupant: Occupant | undefined;

/** Returns the series in the kernel's memory, copied there unless it is the last one; undefined where there is no room. */
function occupy(columns: readonly Float64Array[], work: LikelihoodWorkspace): Occupant | undefined {
  if (occupant?.work === work && occupant.columns === columns) return occupant;
  const { n, reach, count } = work;
  const instance = findKernel();
  if (instance === undefined || n * (2 * count + 10) + reach * (10 * reach + 2 * count + 30) > MOST_VALUES)
    return undefined;
  new Int32Array(instance.memory.buffer, 0, 3).set([n, reach, count]);
  instance.prepare();
  const { buffer } = instance.memory;
  let address = 64;
  const take = (length: number) => {
    const values = new Float64Array(buffer, address, length);
    address += values.byteLength;
    return values;
  };
  occupant = {
    instance,
    work,
    columns,
    settings: new Int32Array(buffer, 0, 8),
    coefficients: take(2 * reach),
    raw: take(2 * reach),
    beta: take(count),
    inner: take(count * count),
    diagonal: take(reach),
  };
  for (const column of columns) take(n).set(column);
  return occupant;
}

/** Copies a model into the kernel's memory. */
function setModel({ settings, coefficients }: Occupant, { ar, ma, sar, sma, period }: Arma): void {
  let at = 0;
  for (const block of [ar, ma, sar, sma]) for (let i = 0; i < block.length; i++) coefficients[at++] = block[i]!;
  settings[3] = ar.length;
  settings[4] = ma.length;
  settings[5] = sar.length;
  settings[6] = sma.length;
  settings[7] = period;
}

/** Returns what `exactLikelihood` does, by the kernel; undefined where there is none, or no room in it. */
export function kernelLikelihood(
  arma: Arma,
  columns: readonly Float64Array[],
  work: LikelihoodWorkspace,
): number | undefined {
  const series = occupy(columns, work);
  if (series === undefined) return undefined;
  const { instance, diagonal, inner } = series;
  const { n, count, normal, beta } = work;
  setModel(series, arma);
  if (instance.evaluate() === 0) return -Infinity;
  const { k } = armaReach(arma);
  let logDeterminant = 0;
  for (let i = 0; i < k; i++) logDeterminant += Math.log(Math.abs(diagonal[i]!));
  if (!(logDeterminant > -Infinity)) return -Infinity;
  work.logDeterminant = logDeterminant;
  const r = count - 1;
  for (let i = 0; i < r; i++) {
    beta[i] = inner[(i + 1) * count]!;
    for (let j = 0; j <= i; j++) normal[i * r + j] = normal[j * r + i] = inner[(i + 1) * count + j + 1]!;
  }
  work.squares = inner[0]! - (r > 0 ? solveNormal(normal, beta, r) : 0);
  if (!(work.squares > 0)) return -Infinity;
  return (-n / 2) * (Math.log((2 * Math.PI * work.squares) / n) + 1) - work.logDeterminant / 2;
}

/** Computes what `exactGradient` does, by the kernel; returns false where there is none, or no room in it. */
export function kernelGradient(
  x: Float64Array,
  arma: Arma,
  columns: readonly Float64Array[],
  work: LikelihoodWorkspace,
  out: Float64Array,
): boolean {
  const isLast = occupant?.work === work && occupant.columns === columns;
  const series = occupy(columns, work);
  if (series === undefined) return false;
  const { instance, raw, beta } = series;
  setModel(series, arma);
  if (!isLast) instance.evaluate();
  beta.set(work.beta);
  instance.fillGradient(work.n / work.squares);
  out.set(toCoordinateGradient(x, arma, raw.subarray(0, x.length)));
  addForwardDifferences(x, arma, out, (isMovingAverage) => {
    setModel(series, arma);
    return instance.difference(Number(isMovingAverage));
  });
  return true;
}
