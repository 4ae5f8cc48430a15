import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type FittedModel, type Forecast, forecast } from "../../packages/forecast/src/index.ts";
import type { StudySeries } from "./series.ts";

/** A member's forecast and its cost; null if it cannot be fitted. */
export interface Stored {
  readonly mean: readonly number[];
  readonly lower: readonly (readonly number[])[];
  readonly upper: readonly (readonly number[])[];
  readonly ms: number;
}

export const LEVELS = [80, 95];

const rounded = (values: Float64Array) => Array.from(values, (value) => Number(value.toPrecision(9)));

function measured(fit: () => FittedModel, h: number): Stored | null {
  const began = process.cpuUsage().user;
  try {
    const { mean, lower, upper } = forecast(fit(), { h, levels: LEVELS });
    const ms = (process.cpuUsage().user - began) / 1000;
    if (!mean.every(Number.isFinite)) return null;
    return { mean: rounded(mean), lower: lower.map(rounded), upper: upper.map(rounded), ms };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const nameOf = ({ set, id }: StudySeries) => `${set} ${id}`;

/** Forecasts of series by member, kept in a folder: a second run computes only what is not there. */
export class Forecasts {
  readonly #folder: string;
  readonly #known = new Map<string, Map<string, Stored | null>>();
  readonly #read = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  #of(series: StudySeries): Map<string, Stored | null> {
    if (!this.#read.has(series.set)) {
      this.#read.add(series.set);
      const file = join(this.#folder, `${series.set}.jsonl`);
      const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
      for (const line of lines) {
        // A run that was killed may have left part of its last line.
        if (!line.endsWith("]")) continue;
        const [name, member, stored]: [string, string, Stored | null] = JSON.parse(line);
        this.#known.set(name, (this.#known.get(name) ?? new Map()).set(member, stored));
      }
    }
    const name = nameOf(series);
    const ofSet = this.#known.get(name) ?? new Map<string, Stored | null>();
    this.#known.set(name, ofSet);
    return ofSet;
  }

  /** Fits the members of a series that are not there yet. */
  fill(series: StudySeries, members: Readonly<Record<string, () => FittedModel>>): void {
    const ofSet = this.#of(series);
    const lines: string[] = [];
    for (const [member, fit] of Object.entries(members)) {
      if (ofSet.has(member)) continue;
      const stored = measured(fit, series.actual.length);
      ofSet.set(member, stored);
      lines.push(JSON.stringify([nameOf(series), member, stored]));
    }
    if (lines.length > 0) appendFileSync(join(this.#folder, `${series.set}.jsonl`), `\n${lines.join("\n")}\n`);
  }

  /** Returns a member's forecast, or undefined if it cannot be fitted. */
  of(series: StudySeries, member: string): (Forecast & { readonly ms: number }) | undefined {
    const stored = this.#of(series).get(member);
    if (stored === undefined || stored === null) return undefined;
    return {
      mean: Float64Array.from(stored.mean),
      levels: LEVELS,
      lower: stored.lower.map((row) => Float64Array.from(row, (value) => value ?? NaN)),
      upper: stored.upper.map((row) => Float64Array.from(row, (value) => value ?? NaN)),
      ms: stored.ms,
    };
  }
}
