import { expect, it } from "vitest";
import { runSpec } from "../../../src/api/run-spec.ts";
import { sourceOf } from "../../../src/api/seed-words.ts";
import type { Workspace } from "../../../src/api/workspace.ts";
import { RunLister, runDetail } from "../../../src/dashboard/runs/run-view.ts";
import { buildIndex } from "../../../src/pipeline/build-index.ts";
import { planRun } from "../../../src/pipeline/plan-run.ts";
import { start } from "../../processes.ts";
import { body, DAILY_COLUMNS, dailyQuery, fillDaily, fillTable, openWorkspace } from "../../workspace.ts";

it("says why a run that is completed has less than all models, and whether it was interrupted", async () => {
  const mm = await openWorkspace("local");
  await fillDaily(mm, 6, 4);
  const { spec } = await runSpec(mm as unknown as Workspace, body("average"), {
    source: sourceOf(dailyQuery),
    mode: "queue",
    workers: 1,
    chunks: 6,
    runId: "cut",
  });
  const { queue } = mm.engine;
  await planRun(mm.engine, spec, { now: () => new Date(), packageVersion: "1" });
  await queue.feed("cut", 1);
  const claim = () => queue.claim("cut", "w", { leaseMs: 60_000, maxAttempts: 1 });
  await claim();
  expect((await runDetail(mm.engine, "cut", Date.now())).progress.interrupted).toBe(false);
  await queue.release("cut", ["w"]);
  await queue.fail((await claim())!, "no", 1);
  await queue.skip("cut", "cancelled");
  await buildIndex(mm.engine, "cut", new Date());
  const counts = { state: "completed", skipReason: "cancelled", done: 1, failed: 1, skipped: 5 };
  expect(await new RunLister(mm.engine).read()).toMatchObject([counts]);
  expect((await runDetail(mm.engine, "cut", Date.now())).progress).toMatchObject({ ...counts, interrupted: true });
});

it("names a model as it was named, and tells a retry from a refinement and a collection", async () => {
  const mm = await openWorkspace(
    "local",
    `source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE, target: Y, period: 7 }
model: snaive
train: { workers: 1, horizon: 3, holdout: 3 }
`,
  );
  await fillTable(
    mm,
    "SALES",
    DAILY_COLUMNS,
    ["A", "B"].flatMap((unit, u) => Array.from({ length: u === 0 ? 40 : 1 }, (_, i) => [unit, i * 86_400_000, i % 7])),
  );
  expect((await start(mm, "train", "--run-id", "named", "--model", "theta").ended)[0]).toBe(0);
  await mm.runs.retry("named", { runId: "again" });
  await start(mm, "champions", "--runs", "named,again", "--run-id", "best").ended;
  const lines = await new RunLister(mm.engine).read();
  const line = (runId: string) => lines.find((one) => one.runId === runId);
  expect(line("named")).toMatchObject({ definition: "theta", retries: false, refines: null, collects: false });
  expect(line("again")).toMatchObject({ definition: "theta", retries: true, refines: "named", collects: false });
  expect(line("best")).toMatchObject({ definition: null, retries: false, collects: true });
});
