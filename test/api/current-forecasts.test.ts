import type { ManyModel } from "manymodel";
import { describe, expect, it } from "vitest";
import { EVERY_ENGINE } from "../every-engine.ts";
import { fillDaily } from "../workspace.ts";

const CONFIG = `
source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE, target: "Y" }
model: naive
train: { horizon: 3, holdout: 1, mode: local }
register: { name: SKU, alias: champion }
batch: { levels: [80] }
`;

/** Returns rows, the versions and the total of a table of forecasts. */
async function totals(mm: ManyModel, table: string): Promise<unknown[]> {
  const sql = `SELECT COUNT(*), MIN(MODEL_VERSION), MAX(MODEL_VERSION), SUM(FORECAST) FROM ${table}`;
  const [row] = (await mm.tables.query(sql)).rows;
  return row?.map((value, i) => (i === 0 || i === 3 ? Number(value) : value)) ?? [];
}

// Models are trained in worker threads, where the driver of Snowflake cannot fetch files: the contract has the view there.
const ENGINES = EVERY_ENGINE.filter(([name]) => !name.startsWith("snowflake"));

describe.each(ENGINES)("the view FORECASTS (%s)", (_engine, missing, open) => {
  it.skipIf(missing)("has one batch for any number of versions: two nights never double a sum", async () => {
    const mm = await open(CONFIG);
    await mm.setup();
    expect(await totals(mm, "FORECASTS")).toEqual([0, null, null, 0]);
    const night = async (days: number, alias?: string) => {
      await fillDaily(mm, 2, days);
      const { runId } = await mm.train("naive");
      const { version } = await mm.models.register({ run: runId, ...(alias !== undefined && { alias }) });
      return version;
    };
    // Each unit's last value goes on for three days: unit + (days - 1) / 10.
    const total = (days: number) => 3 * (0 + 1 + (2 * (days - 1)) / 10);
    const close = (days: number) => expect.closeTo(total(days), 9);

    await night(11);
    await mm.score();
    // The alias does not exist yet, so the default version counts.
    expect(await totals(mm, "FORECASTS")).toEqual([6, "V1", "V1", close(11)]);
    await mm.models.setAlias("SKU", "champion", "V1");

    await night(21);
    await mm.score({ version: "V2" });
    expect(await totals(mm, "FORECAST_RESULTS")).toEqual([12, "V1", "V2", expect.closeTo(total(11) + total(21), 9)]);
    // The alias means V1 still, then V2, and V1 again after a rollback.
    expect(await totals(mm, "FORECASTS")).toEqual([6, "V1", "V1", close(11)]);
    await mm.models.setAlias("SKU", "champion", "V2");
    expect(await totals(mm, "FORECASTS")).toEqual([6, "V2", "V2", close(21)]);
    await mm.models.rollback("SKU", "champion");
    expect(await totals(mm, "FORECASTS")).toEqual([6, "V1", "V1", close(11)]);

    // A version that has not been scored leaves the newest batch where it is.
    await night(31, "champion");
    expect(await totals(mm, "FORECASTS")).toEqual([6, "V2", "V2", close(21)]);
    await mm.score({ version: "champion" });
    expect(await totals(mm, "FORECASTS")).toEqual([6, "V3", "V3", close(31)]);
    // A batch over another input is another batch of the same version: the newest one counts. Names may need quotes.
    await fillDaily(mm, 3, 31, "OTHERS");
    await mm.score({ version: "champion", inputTable: "OTHERS", missingModel: "status", quantiles: [0.1] });
    const { columns, rows } = await mm.tables.query("SELECT * FROM FORECASTS ORDER BY UNIT_ID, STEP");
    const stored = (await mm.tables.query("SELECT * FROM FORECAST_RESULTS")).columns;
    expect(columns).toEqual([...stored, "FORECAST_FINAL"]);
    const positions = ["UNIT_ID", "STEP", "STATUS"].map((name) => columns.indexOf(name));
    expect(rows.map((row) => positions.map((at) => row[at])).slice(3)).toEqual([
      ["U01", 1, "OK"],
      ["U01", 2, "OK"],
      ["U01", 3, "OK"],
      ["U02", null, "NO_MODEL"],
    ]);
    await expect(mm.score({ version: "champion", outputTable: "FORECASTS" })).rejects.toThrow(/FORECASTS is the view/);
  });
});
