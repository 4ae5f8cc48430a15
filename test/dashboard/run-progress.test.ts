import { expect, it } from "vitest";
import { stagePath } from "../../src/core/stage-path.ts";
import { RunFollower } from "../../src/dashboard/run-progress.ts";
import { getJson } from "../../src/pipeline/json.ts";
import type { Feeding } from "../../src/pipeline/run-queue.ts";
import { body, dailyQuery, fillDaily, openWorkspace } from "../workspace.ts";

it("counts a time budget as the feeder does: from the first claim", async () => {
  const mm = await openWorkspace("local");
  await fillDaily(mm, 4, 4);
  const options = { dataQuery: dailyQuery, mode: "queue", workers: 1, timeBudget: "1h" } as const;
  const { runId } = await mm.foreachPartition("unit_id").dopar(body("average"), options);
  const { catalog, stage } = mm.engine;
  const run = (await catalog.run(runId))!;
  const { beganAt } = await getJson<Feeding>(stage, stagePath.feeding(runId));
  const progress = await new RunFollower(mm.engine, runId).read(Date.now());
  expect(progress.budgetMs).toBe(3_600_000);
  expect(progress.budgetUsedMs).toBe(Date.parse(run.endedAt!) - Date.parse(beganAt));
  expect(progress.budgetUsedMs).toBeLessThan(progress.elapsedMs);
});
