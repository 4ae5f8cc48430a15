import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const references = process.env.MANYMODEL_REFERENCE ?? join(root, "..", "shared", "reference");
const dataSets = process.env.MANYMODEL_DATA ?? join(root, "..", "shared", "data");

/** The reason why a golden test is skipped, for the test's name. */
export const absent = "the reference results are not here (set MANYMODEL_REFERENCE and MANYMODEL_DATA)";

/** A forecast as R's results have it: point forecasts, and bounds of 80 and 95 %. */
export interface RecordedForecast {
  readonly h: number;
  readonly mean: number[];
  readonly lower80: number[];
  readonly upper80: number[];
  readonly lower95: number[];
  readonly upper95: number[];
}

/** One record of R's results: a method run on a series. */
export interface Reference<Result> {
  readonly id: string;
  readonly method: string;
  readonly ok: boolean;
  /** R's user CPU time in seconds, measured under load. */
  readonly user_s: number;
  readonly result: Result;
}

/**
 * Returns R's results of the given name, parsed: `reference("tests")` reads `tests.json` of `../shared/reference`
 * beside the repository, or of the folder in `MANYMODEL_REFERENCE`. Files that hold something else than records are
 * read the same.
 *
 * @returns undefined where the file is absent, so that a test can skip, saying so
 */
export function reference<T = readonly Reference<unknown>[]>(name: string): T | undefined {
  const file = join(references, `${name}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as T) : undefined;
}

/** A series R was run on; NaN where missing. */
export interface ReferenceSeries {
  readonly id: string;
  /** Observations per season; 1 for none. */
  readonly frequency: number;
  readonly values: Float64Array;
}

/** Returns every series of `series.json`, by id; undefined where the file is absent. */
export function referenceSeries(): ReadonlyMap<string, ReferenceSeries> | undefined {
  const records = reference<readonly { id: string; frequency: number; values: readonly (number | null)[] }[]>("series");
  return (
    records &&
    new Map(
      records.map(({ id, frequency, values }) => [
        id,
        { id, frequency, values: Float64Array.from(values, (value) => value ?? NaN) },
      ]),
    )
  );
}

/**
 * Returns the rows of a CSV file of `../shared/data` beside the repository (or of the folder in `MANYMODEL_DATA`), by
 * column name, gunzipped if need be: `data("m3_train")` reads `m3_train.csv` or `m3_train.csv.gz`. No quoted fields.
 *
 * @returns undefined where the file is absent
 */
export function data(name: string): readonly Readonly<Record<string, string>>[] | undefined {
  const plain = join(dataSets, `${name}.csv`);
  if (!existsSync(plain) && !existsSync(`${plain}.gz`)) return undefined;
  const text = existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(`${plain}.gz`));
  const [header, ...lines] = text.toString("utf8").trimEnd().split(/\r?\n/);
  const columns = header!.split(",");
  return lines.map((line) => {
    const fields = line.split(",");
    return Object.fromEntries(columns.map((column, i) => [column, fields[i] ?? ""]));
  });
}
