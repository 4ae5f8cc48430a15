import { normal, random } from "@manymodel/forecast";
import type { Output } from "../../ports/output.ts";

/** The size of synthetic data. */
export interface SeriesEventsOptions {
  readonly table: string;
  readonly units: number;
  readonly days: number;
  readonly seed: number;
}

const FIRST_DAY = Date.UTC(2022, 0, 1);
const DAY = 86_400_000;
const UNITS_PER_PART = 2000;

/** Returns the name of a synthetic unit, from 0. */
export const unitName = (unit: number) => `SKU${String(unit).padStart(5, "0")}`;

/**
 * Returns one synthetic daily series: a level of 50–200, weekly and annual seasonality of random phase, two changes of
 * slope at days 400 and 800, noise, and 2 % outliers. Depends on nothing but the seed and the unit's number; rounded to
 * two decimals, so that it is the same on every machine.
 */
export function syntheticSeries(seed: number, unit: number, days: number): Float64Array {
  const uniform = random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(unit + 1, 0x85ebca6b));
  const between = (low: number, high: number) => low + (high - low) * uniform();
  const level = between(50, 200);
  const weekly = level * between(0.05, 0.2);
  const annual = level * between(0.05, 0.25);
  const weekPhase = between(0, 2 * Math.PI);
  const yearPhase = between(0, 2 * Math.PI);
  const slopes = Array.from({ length: 3 }, () => (level * between(-0.15, 0.25)) / 365);
  const noise = level * between(0.02, 0.06);
  let trend = 0;
  return Float64Array.from({ length: days }, (_, day) => {
    trend += slopes[day < 400 ? 0 : day < 800 ? 1 : 2]!;
    const season =
      weekly * Math.sin((2 * Math.PI * day) / 7 + weekPhase) +
      annual * Math.sin((2 * Math.PI * day) / 365.25 + yearPhase);
    const outlier = uniform() < 0.02 ? between(-0.4, 0.4) * level : 0;
    return Math.round(100 * (level + trend + season + noise * normal(uniform) + outlier)) / 100;
  });
}

/** Creates the table of synthetic series (UNIT_ID, OBS_DATE, Y), unless it exists. True if it was created. */
export async function createSeriesEvents(output: Output, options: SeriesEventsOptions): Promise<boolean> {
  const { table, units, days, seed } = options;
  const created = await output.create(table, [
    { name: "UNIT_ID", type: "string" },
    { name: "OBS_DATE", type: "date" },
    { name: "Y", type: "number" },
  ]);
  if (!created) return false;
  const dates = Float64Array.from({ length: days }, (_, day) => FIRST_DAY + day * DAY);
  const parts = [];
  for (let from = 0; from < units; from += UNITS_PER_PART) {
    const count = Math.min(UNITS_PER_PART, units - from);
    const names: string[] = [];
    const times = new Float64Array(count * days);
    const values = new Float64Array(count * days);
    for (let i = 0; i < count; i++) {
      for (let day = 0; day < days; day++) names.push(unitName(from + i));
      times.set(dates, i * days);
      values.set(syntheticSeries(seed, from + i, days), i * days);
    }
    const columns = {
      UNIT_ID: { type: "string", values: names },
      OBS_DATE: { type: "date", values: times },
      Y: { type: "number", values },
    } as const;
    parts.push(await output.write(table, { length: names.length, columns }));
  }
  await output.publish(table, "setup", parts);
  return true;
}
