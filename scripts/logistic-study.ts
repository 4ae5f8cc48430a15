/**
 * Fits logistic regressions to generated segments (ordinary, rare, separable, collinear, huge, constant, missing), with and
 * without a penalty, and compares them with scikit-learn's and R's glm, where these are installed.
 *
 *   npm run logistic-study -- [--segments 10000] [--seed 1] [--python python3]
 *
 * Prints how many fits failed, why, and the largest difference of a coefficient per standard deviation of its column; and the time
 * of a fit to 2,000 rows and 10 columns.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { logistic, normal, random } from "@manymodel/forecast";

const { values: options } = parseArgs({
  options: {
    segments: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    python: { type: "string", default: "python3" },
  },
});
const KINDS = ["ordinary", "rare", "separable", "collinear", "huge", "constant", "missing"] as const;
const FEATURES = 5;
/** Segments sent to a judge at once. */
const BATCH = 500;

interface Segment {
  readonly kind: (typeof KINDS)[number];
  readonly x: Readonly<Record<string, Float64Array>>;
  readonly y: Float64Array;
}

function segmentOf(i: number): Segment {
  const uniform = random(Number(options.seed) * 100_003 + i);
  const kind = KINDS[i % KINDS.length] ?? "ordinary";
  const n = 40 + Math.floor(uniform() * 400);
  const slopes = Array.from({ length: FEATURES }, () => normal(uniform));
  const columns = slopes.map(() => Float64Array.from({ length: n }, () => normal(uniform)));
  const [first, second] = columns;
  if (first === undefined || second === undefined) throw new Error("there are no columns");
  if (kind === "collinear") second.set(first.map((value) => 3 - 2 * value));
  if (kind === "constant") second.fill(7);
  const base = kind === "rare" ? -4 : normal(uniform);
  const y = Float64Array.from({ length: n }, (_, t) => {
    const eta = slopes.reduce((sum, slope, j) => sum + slope * (columns[j]?.[t] ?? 0), base);
    if (kind === "separable") return (first[t] ?? 0) > 0 ? 1 : 0;
    return uniform() < 1 / (1 + Math.exp(-eta)) ? 1 : 0;
  });
  // Both classes are there.
  y[0] = 0;
  y[1] = 1;
  if (kind === "separable") [first[0], first[1]] = [-1, 1];
  if (kind === "missing") for (let t = 2; t < n; t++) if (uniform() < 0.3) y[t] = NaN;
  if (kind === "huge") columns.forEach((column, j) => column.set(column.map((value) => (value + 2) * 10 ** (3 * j))));
  return { kind, y, x: Object.fromEntries(columns.map((column, j) => [`x${j}`, column])) };
}

/** Coefficients per standard deviation of their columns, and what a judge needs to make the same. */
interface Fitted {
  readonly coef: readonly number[];
  readonly question: { readonly z: readonly number[][]; readonly y: readonly number[]; readonly ridge: number };
}

function fitted({ x, y }: Segment, ridge: number): Fitted {
  const model = logistic(x, y, { ridge });
  const rows = Array.from(y.keys()).filter((t) => !Number.isNaN(y[t]));
  const z: number[][] = [];
  const coef: number[] = [];
  for (const [j, name] of model.names.entries()) {
    if (j === 0) continue;
    const column = x[name];
    const values = rows.map((t) => column?.[t] ?? NaN);
    const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
    const scale = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / values.length);
    z.push(values.map((value) => (value - centre) / scale));
    coef.push((model.coef[j] ?? NaN) * scale);
  }
  return { coef, question: { z, y: rows.map((t) => y[t] ?? NaN), ridge } };
}

interface Answer {
  readonly coef: readonly (number | null)[];
}

/** Returns a judge's answers, or undefined where it is not installed. */
function ask(program: readonly string[], questions: readonly Fitted[]): readonly Answer[] | undefined {
  const [executable = "", ...args] = program;
  const input = JSON.stringify(questions.map(({ question }) => question));
  const { status, stdout } = spawnSync(executable, args, { input, maxBuffer: 2 ** 30, encoding: "utf8" });
  return status === 0 ? JSON.parse(stdout) : undefined;
}

const here = (file: string) => fileURLToPath(new URL(`../scripts/oracle/${file}`, import.meta.url));
const judges: Readonly<Record<number, readonly string[]>> = {
  1: [options.python, here("logistic_oracle.py")],
  0: ["Rscript", here("glm.R")],
};
const count = Number(options.segments);
for (const ridge of [1, 0]) {
  const failures = new Map<string, number>();
  const worst = new Map<string, number>();
  let judged = 0;
  for (let from = 0; from < count; from += BATCH) {
    const fits: { kind: string; fit: Fitted }[] = [];
    for (let i = from; i < Math.min(count, from + BATCH); i++) {
      const segment = segmentOf(i);
      try {
        fits.push({ kind: segment.kind, fit: fitted(segment, ridge) });
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        const reason = `${segment.kind}: ${error.message.slice(0, 50)}`;
        failures.set(reason, (failures.get(reason) ?? 0) + 1);
      }
    }
    const answers = ask(
      judges[ridge] ?? [],
      fits.map(({ fit }) => fit),
    );
    for (const [i, { kind, fit }] of fits.entries()) {
      const answer = answers?.[i];
      if (answer === undefined) continue;
      judged++;
      for (const [j, value] of fit.coef.entries()) {
        const difference = Math.abs(value - (answer.coef[j] ?? NaN)) / Math.max(1, Math.abs(value));
        worst.set(kind, Math.max(worst.get(kind) ?? 0, difference));
      }
    }
  }
  const failed = [...failures.values()].reduce((sum, n) => sum + n, 0);
  console.log(
    `ridge ${ridge}: ${failed} of ${count} failed; ${judged} judged by ${ridge === 1 ? "scikit-learn" : "R"}`,
  );
  for (const [reason, n] of failures) console.log(`  ${n} × ${reason}`);
  for (const [kind, difference] of worst)
    console.log(`  ${kind}: coefficients differ by at most ${difference.toExponential(1)}`);
}

const uniform = random(Number(options.seed));
const wide = Array.from({ length: 10 }, () => Float64Array.from({ length: 2000 }, () => normal(uniform)));
const leaves = Float64Array.from({ length: 2000 }, (_, t) =>
  uniform() < 1 / (1 + Math.exp(-wide.reduce((sum, column) => sum + 0.3 * (column[t] ?? 0), -1))) ? 1 : 0,
);
const columns = Object.fromEntries(wide.map((column, j) => [`x${j}`, column]));
const times = Array.from({ length: 50 }, () => {
  const before = process.cpuUsage().user;
  logistic(columns, leaves, { ridge: 1 });
  return (process.cpuUsage().user - before) / 1000;
}).sort((a, b) => a - b);
console.log(`2,000 rows and 10 columns: ${times[25]?.toFixed(1)} ms of CPU, the median of 50 fits`);
