import {
  type GlobalSeries,
  lastOfPhase,
  ORIGIN_FEATURES,
  type Origin,
  originOf,
  writeOriginFeatures,
} from "./origin.ts";

/** The features of a global model, besides those of the origin. */
export interface GlobalFeatures {
  /** Observations per season. */
  readonly period: number;
  /** Features of each step that are known ahead. */
  readonly known: readonly string[];
  /** Features that stay the same at every step. */
  readonly attributes: readonly string[];
}

/**
 * Returns the names of a global model's features: of the origin, then those known ahead, at the step and where its
 * phase was last known, then the attributes.
 */
const namesOf = ({ known, attributes }: GlobalFeatures) => [
  ...ORIGIN_FEATURES,
  ...known,
  ...known.map((name) => `${name} at lag-1`),
  ...attributes,
];

/** A growing column of numbers. */
class GrowingColumn {
  #values = new Float64Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}

/** A growing table with a row of features for each origin and step, and the numbers that turn predictions into values. */
export class GlobalRows {
  readonly #features: GlobalFeatures;
  readonly #names: readonly string[];
  readonly #columns: readonly GrowingColumn[];
  readonly #row: Float64Array;
  readonly #target = new GrowingColumn();
  readonly #level = new GrowingColumn();
  readonly #scale = new GrowingColumn();

  constructor(features: GlobalFeatures) {
    this.#features = features;
    this.#names = namesOf(features);
    this.#columns = this.#names.map(() => new GrowingColumn());
    this.#row = new Float64Array(this.#names.length);
  }

  /**
   * Adds the rows of some steps after an origin of a series. An origin where too few values are known has rows of missing values.
   *
   * @param at - the number of values that are known
   * @param steps - steps ahead, from 1
   */
  add(series: GlobalSeries, at: number, steps: Iterable<number>): void {
    const origin = originOf(series, at, this.#features.period);
    for (const step of steps) this.#addStep(series, at, step, origin);
  }

  #addStep(series: GlobalSeries, at: number, step: number, origin: Origin | undefined): void {
    const { period, known, attributes } = this.#features;
    const row = this.#row;
    if (origin === undefined) row.fill(NaN);
    else {
      writeOriginFeatures(row, series, origin, step, period);
      let f = ORIGIN_FEATURES.length;
      for (const name of known) {
        row[f + known.length] = series.x[name]?.[lastOfPhase(at, step, period)] ?? NaN;
        row[f++] = series.x[name]?.[at + step - 1] ?? NaN;
      }
      f += known.length;
      for (const name of attributes) row[f++] = series.attributes?.[name] ?? 0;
    }
    this.#columns.forEach((column, f) => {
      column.push(row[f]!);
    });
    const { level, scale } = origin ?? { level: NaN, scale: NaN };
    this.#level.push(level);
    this.#scale.push(scale);
    this.#target.push(((series.y[at + step - 1] ?? NaN) - level) / scale);
  }

  /** The features, by name. */
  get columns(): Readonly<Record<string, Float64Array>> {
    return Object.fromEntries(this.#names.map((name, f) => [name, this.#columns[f]!.values()]));
  }

  /** The value at the step less the level, over the scale; NaN where it is not known, or the origin knows too little. */
  get target(): Float64Array {
    return this.#target.values();
  }

  /** NaN where the origin knows too little. */
  get level(): Float64Array {
    return this.#level.values();
  }

  /** NaN where the origin knows too little. */
  get scale(): Float64Array {
    return this.#scale.values();
  }
}
