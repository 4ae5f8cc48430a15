import {
  type GlobalSeries,
  lastOfPhase,
  ORIGIN_FEATURES,
  type Origin,
  originOf,
  writeOriginFeatures,
} from "./origin.ts";

/** An origin of a series, as the number of values known there, and a step ahead, from 1. */
export interface Place {
  readonly series: GlobalSeries;
  readonly at: number;
  readonly step: number;
}

/** Rows of features for places, and what turns predictions into values. */
export interface GlobalRows {
  readonly columns: Readonly<Record<string, Float64Array>>;
  /** The value at the step less the level, over the scale; NaN where it is not known, or the origin knows too little. */
  readonly target: Float64Array;
  /** NaN where the origin knows too little. */
  readonly level: Float64Array;
  readonly scale: Float64Array;
}

/**
 * Returns the names of a global model's features: of the origin, then those known ahead, at the step and where its
 * phase was last known.
 */
const namesOf = (observed: readonly string[]) => [
  ...ORIGIN_FEATURES,
  ...observed,
  ...observed.map((name) => `${name} at lag-1`),
];

/** Returns a row of features for each place. @param usable - names of columns that every series has */
export function globalRows(places: readonly Place[], period: number, usable: readonly string[]): GlobalRows {
  const count = places.length;
  const names = namesOf(usable);
  const matrix = names.map(() => new Float64Array(count).fill(NaN));
  const target = new Float64Array(count).fill(NaN);
  const level = new Float64Array(count).fill(NaN);
  const scale = new Float64Array(count).fill(NaN);
  const row = new Float64Array(ORIGIN_FEATURES.length);
  let last: { series: GlobalSeries; at: number; origin: Origin | undefined } | undefined;
  places.forEach(({ series, at, step }, r) => {
    // Steps of one origin follow each other.
    if (last?.series !== series || last.at !== at) last = { series, at, origin: originOf(series, at, period) };
    const { origin } = last;
    if (origin === undefined) return;
    writeOriginFeatures(row, series, origin, step, period);
    row.forEach((value, f) => {
      matrix[f]![r] = value;
    });
    usable.forEach((name, k) => {
      const column = series.x[name];
      matrix[row.length + k]![r] = column?.[at + step - 1] ?? NaN;
      matrix[row.length + usable.length + k]![r] = column?.[lastOfPhase(at, step, period)] ?? NaN;
    });
    level[r] = origin.level;
    scale[r] = origin.scale;
    target[r] = ((series.y[at + step - 1] ?? NaN) - origin.level) / origin.scale;
  });
  return { columns: Object.fromEntries(names.map((name, f) => [name, matrix[f]!])), target, level, scale };
}
