import { normal, random } from "@manymodel/forecast";
import { describe, expect, it } from "vitest";
import { EVERY_ENGINE } from "../every-engine.ts";
import { HOUR, READINGS, registerDetector } from "../sensors.ts";
import { fillTable } from "../workspace.ts";

const uniform = random(5);
const usual = Array.from({ length: 24 * 20 }, (_, t) => 20 + 5 * Math.sin((2 * Math.PI * t) / 24) + normal(uniform));
const TRAINED = 24 * 15;

/** Returns hourly readings of two sensors up to a time; A has a spike and a gap after training, B a new level. */
const readings = (to: number) =>
  Array.from({ length: to }, (_, t) => [
    ["A", t * HOUR, t === TRAINED + 5 ? 80 : t >= TRAINED + 40 && t < TRAINED + 46 ? null : (usual[t] ?? null)],
    ["B", t * HOUR, (usual[t] ?? NaN) + (t >= TRAINED + 10 ? 15 : 0)],
  ]).flat();

// The memory engine's batch is in test/api/readings-webhook.test.ts.
const ENGINES = EVERY_ENGINE.filter(([name]) => name === "local" || name === "postgres");

describe.each(ENGINES)("on %s", (_, missing, open) => {
  it.skipIf(missing !== undefined)("a batch of readings writes a verdict for each", async () => {
    const mm = await open("");
    await fillTable(mm, "TODAY", [...READINGS], readings(TRAINED + 60));
    await fillTable(mm, "LATER", [...READINGS], readings(TRAINED + 100));
    await registerDetector(mm, readings(TRAINED), { holdout: 48 });
    const judge = async (inputTable: string) => {
      const options = { model: "M", version: "V1", inputTable, readings: true, incremental: true };
      const { outputTable, kept } = await mm.score(options);
      expect(outputTable).toBe("READING_RESULTS");
      const names = ["KIND", "SENSOR", "AT", "VALUE", "EXPECTED", "SINCE", "STATUS"];
      const { columns, length } = await mm.engine.output.published(outputTable, null, ["STATUS", ...names]);
      const rows = Array.from({ length }, (_, row) => names.map((name): unknown => columns[name]?.values[row]));
      return { rows, kept };
    };
    const { rows } = await judge("TODAY");
    expect(rows).toHaveLength(120);
    const reported = rows.filter(([kind]) => kind !== null);
    const hours = (time: unknown) => Number(time) / HOUR - TRAINED;
    const events = reported.map(([kind, sensor, at, , , since]) => [sensor, kind, hours(at), hours(since)]);
    expect(events).toContainEqual(["A", "spike", 5, 5]);
    expect(events).toContainEqual(["A", "missing", 45, 40]);
    expect(events.filter(([sensor, , at]) => sensor === "B" && Number(at) < 10)).toEqual([]);
    const shift = events.find(([, kind]) => kind === "level-shift");
    expect(shift?.[0]).toBe("B");
    expect(shift?.[3]).toBe(10);
    // The spike has not moved what is expected an hour later; the new level is expected in the end.
    const expected = (sensor: string, hour: number) =>
      Number(rows.find(([, name, at]) => name === sensor && hours(at) === hour)?.[4]);
    expect(Math.abs(expected("A", 6) - (usual[TRAINED + 6] ?? NaN))).toBeLessThan(4);
    expect(Math.abs(expected("B", 59) - (usual[TRAINED + 59] ?? NaN) - 15)).toBeLessThan(4);
    expect((await judge("TODAY")).kept).toBe(2);
    const later = await judge("LATER");
    expect(later.rows.filter(([, sensor]) => sensor === "A").slice(0, 60)).toEqual(
      rows.filter(([, sensor]) => sensor === "A"),
    );
  });
});
