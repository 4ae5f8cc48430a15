import type { ManyModel } from "manymodel";
import { describe, expect, it } from "vitest";
import { EVERY_ENGINE } from "../every-engine.ts";
import { fillDaily } from "../workspace.ts";

const CONFIG = `
source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE, target: "Y" }
model: naive
train: { horizon: 3, holdout: 1, mode: local }
register: { name: SKU }
batch: { levels: [80] }
`;

// The contract has the view for Snowflake; models are trained here in worker threads.
const ENGINES = EVERY_ENGINE.filter(([name]) => !name.startsWith("snowflake"));

const final = async (mm: ManyModel, unit: string) =>
  (await mm.tables.query("SELECT FORECAST_FINAL FROM FORECASTS WHERE UNIT_ID = $1 ORDER BY STEP", [unit])).rows.flat();

describe.each(ENGINES)("overrides and notes (%s)", (_engine, missing, open) => {
  it.skipIf(missing)("count in FORECAST_FINAL until they are removed, and leave a line in the audit log", async () => {
    const mm = await open(CONFIG);
    await mm.setup();
    await fillDaily(mm, 2, 11);
    const { runId } = await mm.train("naive");
    await mm.models.register({ run: runId });
    await mm.score();
    const forecast = await mm.forecast("SKU", "U00");
    const [first, second, third] = forecast.mean;
    const time = String(forecast.times?.[1]);
    expect(forecast.final).toEqual(forecast.mean);
    await expect(mm.overrides.set([{ key: "U00", time, value: 7 }])).rejects.toThrow(/has no reason/);
    await expect(mm.overrides.set([{ key: "U77", time, value: 7, reason: "x" }])).rejects.toThrow(/no partition/);
    await expect(mm.overrides.set([{ key: "U00", time: "soon", value: 7, reason: "x" }])).rejects.toThrow(/not a time/);
    const past = mm.overrides.set([{ key: "U00", time, value: 7, reason: "x" }], { expires: "2020-01-01" });
    await expect(past).rejects.toThrow(/has passed/);
    const planner = mm.overrides.as("planner");
    await planner.set([{ key: "U00", time, value: 7.5 }], { reason: "a promotion", expires: "14d" });
    expect(await final(mm, "U00")).toEqual([first, 7.5, third]);
    expect((await mm.forecast("SKU", "U00")).final).toEqual([first, 7.5, third]);
    expect(await mm.overrides.list()).toMatchObject([
      { model: "SKU", partitionKey: "s:U00", time, value: 7.5, reason: "a promotion", by: "planner" },
    ]);
    // A new batch by another version forecasts anew, and the override stays.
    await mm.models.register({ run: runId });
    await mm.score();
    expect(await final(mm, "U00")).toEqual([first, 7.5, third]);
    expect(await planner.remove({ key: "U00" })).toMatchObject({ overrides: 1 });
    expect(await final(mm, "U00")).toEqual([first, second, third]);
    await expect(planner.remove({ key: "U00" })).rejects.toThrow(/no such override/);

    const note = await mm.notes.as("planner").add("the shop was closed", { key: "U01" });
    await mm.notes.add("retrained by hand");
    await expect(mm.notes.add(" ")).rejects.toThrow(/write 1 to/);
    expect((await mm.notes.list({ key: "U01" })).map(({ text, by }) => [text, by])).toEqual([
      ["the shop was closed", "planner"],
    ]);
    await mm.notes.remove(note.id);
    expect((await mm.notes.list()).map(({ partitionKey, text }) => [partitionKey, text])).toEqual([
      [null, "retrained by hand"],
    ]);
    const actions = (await mm.models.audit({ model: "SKU" })).map(({ action, by }) => [action, by === "planner"]);
    expect(actions.filter(([action]) => /override|note/.test(String(action)))).toEqual([
      ["set-override", true],
      ["remove-override", true],
      ["add-note", true],
      ["add-note", false],
      ["remove-note", false],
    ]);
  });
});
