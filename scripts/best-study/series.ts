import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { data } from "../../packages/forecast/test/reference.ts";

/** The part of a series in the study: forms are compared on `development`; `validation` is looked at once. */
export type Part = "development" | "validation";

/** A series of the study, with the values that followed. */
export interface StudySeries {
  readonly set: string;
  readonly id: string;
  readonly part: Part;
  readonly period: number;
  /** All its periods, ascending. */
  readonly periods: readonly number[];
  readonly training: Float64Array;
  readonly actual: Float64Array;
}

/** Returns a 32-bit FNV-1a hash of a text, so that a series' part and place in a sample depend on its name alone. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  // The last steps of FNV mix low bits badly: a finalizer spreads them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  return (hash ^ (hash >>> 13)) >>> 0;
}

const partOf = (set: string, id: string): Part =>
  hashOf(`part ${set} ${id}`) % 2 === 0 ? "development" : "validation";

/** A series as the collections in a folder have it. */
interface Stored {
  readonly id: string;
  readonly m: number;
  /** A second period. */
  readonly m2?: number;
  readonly h: number;
  readonly y: readonly (number | null)[];
  readonly test: readonly (number | null)[];
}

const numbers = (values: readonly (number | null)[]) => Float64Array.from(values, (value) => value ?? NaN);

function collection(folder: string, file: string): StudySeries[] {
  const set = file.replace(/\.json\.gz$/, "");
  const stored: Stored[] = JSON.parse(gunzipSync(readFileSync(join(folder, file))).toString("utf8"));
  return stored.map(({ id, m, m2, y, test }) => {
    const periods = [...new Set([m, m2 ?? m])].filter((one) => one > 1).sort((a, b) => a - b);
    return {
      set,
      id: String(id),
      part: partOf(set, String(id)),
      period: periods[0] ?? 1,
      periods,
      training: numbers(y),
      actual: numbers(test),
    };
  });
}

/** Returns the M1 or M3 competition by frequency; of M3 without the sample of 400 that accuracy is reported on. */
function competition(name: "m1" | "m3"): StudySeries[] {
  const meta = data(`${name}_meta`);
  const training = data(`${name}_train`);
  const test = data(`${name}_test`);
  if (meta === undefined || training === undefined || test === undefined) return [];
  const reported = new Set(name === "m3" ? (data("m3_sample400") ?? []).map(({ id }) => id) : []);
  const byId = (rows: readonly Readonly<Record<string, string>>[]) => {
    const values = new Map<string, number[]>();
    for (const { id = "", value } of rows) values.set(id, [...(values.get(id) ?? []), Number(value)]);
    return values;
  };
  const [before, after] = [byId(training), byId(test)];
  return meta
    .filter(({ id }) => !reported.has(id))
    .map(({ id = "", period: kind = "", frequency }) => {
      const set = `${name}-${kind.toLowerCase()}`;
      const period = Number(frequency);
      return {
        set,
        id,
        part: partOf(set, id),
        period,
        periods: period > 1 ? [period] : [],
        training: Float64Array.from(before.get(id) ?? []),
        actual: Float64Array.from(after.get(id) ?? []),
      };
    });
}

/**
 * Returns the series of the study: the M1 and M3 competitions where they are, and every `*.json.gz` of the folders.
 * Of each set and part the first `most` by a hash of set and id.
 */
export function studySeries(folders: readonly string[], most: number): StudySeries[] {
  const collections = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => file.endsWith(".json.gz"))
        .sort()
        .flatMap((file) => collection(folder, file)),
    );
  const counts = new Map<string, number>();
  return [...competition("m1"), ...competition("m3"), ...collections]
    .map((series) => ({ series, place: hashOf(`sample ${series.set} ${series.id}`) }))
    .sort((a, b) => a.place - b.place)
    .map(({ series }) => series)
    .filter(({ set, part }) => {
      const count = (counts.get(`${set} ${part}`) ?? 0) + 1;
      counts.set(`${set} ${part}`, count);
      return count <= most;
    })
    .sort((a, b) => (a.set < b.set ? -1 : a.set > b.set ? 1 : 0));
}
