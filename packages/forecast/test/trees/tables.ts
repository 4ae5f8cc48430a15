import { normal, random } from "../../src/index.ts";

/** A generated table: the first `training` rows are to fit, the others to measure. */
export interface Table {
  readonly loss: "squared" | "logistic";
  readonly training: number;
  readonly x: Readonly<Record<string, Float64Array>>;
  readonly y: Float64Array;
}

/**
 * Returns a table of five to ten features, one of them of few values and one with missing values, whose outcome
 * depends on products and steps of some; tables of even numbers have classes, the others numbers.
 */
export function tableOf(seed: number, rows = 2000): Table {
  const uniform = random(seed);
  const loss = seed % 2 === 0 ? "logistic" : "squared";
  const features = 5 + (seed % 6);
  const columns = Array.from({ length: features }, () => Float64Array.from({ length: rows }, () => normal(uniform)));
  const value = (j: number, t: number) => columns[j]?.[t] ?? 0;
  columns[1]?.forEach((v, t, column) => (column[t] = Math.round(2 * v)));
  const y = Float64Array.from({ length: rows }, (_, t) => {
    const step = value(2, t) > 0.5 ? 1.5 : -0.5;
    const eta = value(0, t) * value(1, t) * 0.5 + step + Math.sin(2 * value(3, t)) - 0.3 * (seed % 5);
    if (loss === "squared") return eta + 0.5 * normal(uniform);
    return uniform() < 1 / (1 + Math.exp(-2 * eta)) ? 1 : 0;
  });
  columns[3]?.forEach((_, t, column) => {
    if (uniform() < 0.1) column[t] = NaN;
  });
  const x = Object.fromEntries(columns.map((column, j) => [`f${j}`, column]));
  return { loss, training: Math.floor(rows / 2), x, y };
}

/** Returns the rows from one up to, but not including, another. */
export function rowsOf({ x, y }: Table, from: number, to: number) {
  return {
    x: Object.fromEntries(Object.entries(x).map(([name, column]) => [name, column.slice(from, to)])),
    y: y.slice(from, to),
  };
}
