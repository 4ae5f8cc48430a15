import { writeFile } from "node:fs/promises";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { ManymodelError } from "manymodel";
import { openLocalEngine } from "manymodel/engines/local";
import { type Random, random } from "../../packages/forecast/src/stats/random.ts";
import { anyText, below, type FuzzReport, mutate, pick } from "./mutate.ts";

const PIECES = [
  ...['"', '""', "'", ",", ";", "\t", "|", "\n", "\r\n", "\r", "\n\n", "007", "1e400", "-0", "NaN", "inf", "NULL"],
  ...[
    "2024-02-30",
    "2024-01-01T00:00:00Z",
    "99999999999999999999",
    "0.1",
    "true",
    "\ufeff",
    "#",
    "\\",
    "\\n",
    "{}",
    "[1",
  ],
];

const VALUES: readonly ((uniform: Random) => string)[] = [
  (uniform) => String(below(uniform, 1000)),
  (uniform) => String(below(uniform, 1000)).padStart(5, "0"),
  (uniform) => (uniform() * 100).toFixed(3),
  (uniform) => `2024-0${1 + below(uniform, 9)}-1${below(uniform, 10)}`,
  (uniform) => pick(uniform, ["a", "b c", '"x,y"', '"say ""no"""', "", '"two\nlines"']),
  (uniform) => pick(uniform, ["true", "false", ""]),
];

/** Returns a tidy CSV file. */
function tidy(uniform: Random): string {
  const [separator, end] = [pick(uniform, [",", ",", ",", ";", "\t"]), pick(uniform, ["\n", "\n", "\r\n"])];
  const kinds = Array.from({ length: 1 + below(uniform, 5) }, () => pick(uniform, VALUES));
  const lines = [kinds.map((_, c) => pick(uniform, [`C${c}`, `c ${c}`, `"C${c}"`])).join(separator)];
  for (let n = below(uniform, 30); n > 0; n--) lines.push(kinds.map((kind) => kind(uniform)).join(separator));
  return lines.join(end) + pick(uniform, ["", end]);
}

/** Bytes of a file: some text, mostly tidy and then mutated, with a few bytes that no text has. */
function bytes(uniform: Random): Uint8Array {
  const text = uniform() < 0.1 ? anyText(uniform, 200) : tidy(uniform);
  const result = new TextEncoder().encode(uniform() < 0.2 ? text : mutate(uniform, text, PIECES));
  if (uniform() < 0.2) for (let n = 3; n > 0; n--) result[below(uniform, result.length)] = below(uniform, 256);
  return result;
}

/**
 * Tests the import of CSV files: any file becomes a table with as many rows as DuckDB reads in it, or is refused with a
 * `ManymodelError` of one line, and then the table is the one that was there before. What DuckDB reads is only refused
 * where lines differ in their number of columns: it would lose some of them, or all but one column.
 *
 * @param folder - for a workspace and the files; the last file stays if the process crashes
 */
export async function fuzzImport(folder: string, seed: number, inputs: number): Promise<FuzzReport> {
  const uniform = random(seed);
  const failures: { input: string; why: string }[] = [];
  const { tables, close } = await openLocalEngine(path.join(folder, "workspace"), { threads: 1 });
  const duck = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
  let accepted = 0;
  let slowestMs = 0;
  let rows: number | undefined;
  for (let i = 0; i < inputs; i++) {
    const file = path.join(folder, "fuzzed.csv");
    const content = bytes(uniform);
    await writeFile(file, content);
    const input = `base64 ${Buffer.from(content).toString("base64")}`;
    const expected = await duck
      .runAndReadAll(`SELECT CAST(count(*) AS DOUBLE) FROM (FROM read_csv('${file}', sample_size = -1))`)
      .then((result) => result.getRows()[0]![0] as number)
      .catch((error: unknown) => String(error));
    const began = performance.now();
    try {
      const imported = await tables.import(file, "FUZZED", { replace: true });
      accepted++;
      rows = imported.rows;
      if (rows !== expected) failures.push({ input, why: `${rows} rows were imported, DuckDB reads ${expected}` });
    } catch (error) {
      if (!(error instanceof ManymodelError) || /[\r\n]/.test(error.message))
        failures.push({ input, why: String(error) });
      else if (typeof expected === "number" && !/ columns? where most have \d+: /.test(error.message))
        failures.push({ input, why: `${error.message}; DuckDB reads ${expected}` });
    }
    slowestMs = Math.max(slowestMs, performance.now() - began);
    if ((await tables.list())[0]?.rows !== rows) failures.push({ input, why: "the table is not what was imported" });
  }
  duck.closeSync();
  await close();
  return { inputs, accepted, failures, slowestMs };
}
