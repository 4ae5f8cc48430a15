import { expect, it } from "vitest";
import { readingsDetail } from "../../../src/dashboard/monitor/readings-view.ts";
import { fillTable, openWorkspace } from "../../workspace.ts";

it("counts reports by kind, and lists events", async () => {
  const mm = await openWorkspace("local");
  expect(await readingsDetail(mm.engine, "READING_RESULTS")).toBeNull();
  const columns = [
    { name: "PARTITION_KEY", type: "string" },
    { name: "KIND", type: "string" },
    { name: "SINCE", type: "timestamp" },
    { name: "SCORE", type: "number" },
  ] as const;
  await fillTable(
    mm,
    "READING_RESULTS",
    [...columns],
    [
      ["s:A", "spike", 0, -7],
      ["s:A", null, null, 1],
      ["s:A", "stuck", 3_600_000, 2],
      ["s:A", "stuck", 3_600_000, 3],
      ["s:B", "missing", 7_200_000, null],
    ],
  );
  expect(await readingsDetail(mm.engine, "READING_RESULTS")).toMatchObject({
    kinds: [
      { kind: "missing", sensors: 1, readings: 1 },
      { kind: "spike", sensors: 1, readings: 1 },
      { kind: "stuck", sensors: 1, readings: 2 },
    ],
    events: [
      { text: "B", kind: "missing", score: null },
      { text: "A", kind: "stuck", readings: 2, score: 3 },
      { text: "A", kind: "spike", readings: 1, score: 7 },
    ],
  });
});
