import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect, ManyModel } from "manymodel";
import { memoryEngine } from "manymodel/engines/memory";
import { onTestFinished } from "vitest";
import type { ModelIndex, PartitionOutcome } from "../src/core/artifact.ts";
import type { ColumnBatch, ColumnInfo } from "../src/core/columns/column.ts";
import { decodeSegment } from "../src/core/segment.ts";

/** Makes a directory that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "manymodel-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Opens a workspace of an engine with a configuration; closed and removed after the test. */
export async function openWorkspace(engine: "local" | "memory", yaml = ""): Promise<ManyModel> {
  const folder = await temporaryFolder();
  const file = path.join(folder, "manymodel.yaml");
  await writeFile(file, yaml);
  const local = await connect(file);
  const mm = engine === "local" ? local : new ManyModel(local.config, memoryEngine(randomUUID()));
  onTestFinished(() => mm.close());
  return mm;
}

/** Fills a table with rows of (key…, time, value). */
export async function fillTable(mm: ManyModel, table: string, columns: ColumnInfo[], rows: unknown[][]): Promise<void> {
  const { output } = mm.engine;
  await output.create(table, columns);
  const batch: ColumnBatch = {
    length: rows.length,
    columns: Object.fromEntries(
      columns.map(({ name, type }, i) => {
        const values = rows.map((row) => row[i] ?? null);
        if (type === "string" || type === "integer") return [name, { type, values: values as never[] }];
        if (type === "boolean")
          return [name, { type, values: Uint8Array.from(values, (v) => (v === null ? 2 : Number(v))) }];
        return [name, { type, values: Float64Array.from(values, (v) => (v === null ? NaN : Number(v))) }];
      }),
    ),
  };
  await output.publish(table, "test", [await output.write(table, batch)]);
}

/** Returns all rows of a run's committed segments, in the order of the plan. */
export async function runRows(mm: ManyModel, runId: string): Promise<PartitionOutcome[]> {
  const { stage } = mm.engine;
  const index = JSON.parse(new TextDecoder().decode(await stage.get(`runs/${runId}/model_index.json`))) as ModelIndex;
  const rows: PartitionOutcome[] = [];
  for (const { path } of index.segments) rows.push(...(await decodeSegment(await stage.get(path), path)));
  return rows.sort((a, b) => a.position - b.position);
}

/** Returns a body of the fixtures. */
export const body = (name: string) => new URL(`./fixtures/bodies/${name}.ts`, import.meta.url);

const DAY = 86_400_000;

/** The columns of a table of daily series. */
export const DAILY_COLUMNS: ColumnInfo[] = [
  { name: "UNIT_ID", type: "string" },
  { name: "OBS_DATE", type: "date" },
  { name: "Y", type: "number" },
];

/** Fills a table with daily series: `units` keys named U00…, each with `days` rows. */
export async function fillDaily(mm: ManyModel, units: number, days: number, table = "SALES"): Promise<void> {
  const rows = [];
  for (let day = days - 1; day >= 0; day--)
    for (let unit = 0; unit < units; unit++)
      rows.push([`U${String(unit).padStart(2, "0")}`, day * DAY, unit + day / 10]);
  await fillTable(mm, table, DAILY_COLUMNS, rows);
}

/** The data query for `fillDaily`'s table. */
export const dailyQuery = { table: "SALES", keyColumn: "UNIT_ID", orderBy: ["UNIT_ID", "OBS_DATE"] } as const;
