import { expect, it } from "vitest";
import { runSpec } from "../../../src/api/run-spec.ts";
import { sourceOf } from "../../../src/api/seed-words.ts";
import type { Workspace } from "../../../src/api/workspace.ts";
import { stagePath } from "../../../src/core/stage-path.ts";
import { RunFollower } from "../../../src/dashboard/runs/run-progress.ts";
import { planRun } from "../../../src/pipeline/plan-run.ts";
import type { Feeding } from "../../../src/runs/time-left.ts";
import { getJson, putJson } from "../../../src/stages/json.ts";
import { body, dailyQuery, fillDaily, openWorkspace } from "../../workspace.ts";

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

it("shows no more time than the budget and the deadline allow, and the number that will not start by then", async () => {
  const mm = await openWorkspace("local");
  await fillDaily(mm, 20, 4);
  const options = { source: sourceOf(dailyQuery), mode: "queue", workers: 1, chunks: 20 } as const;
  const limits = { timeBudget: "10s", hardDeadline: "12s" };
  const { spec } = await runSpec(mm as unknown as Workspace, body("average"), {
    ...options,
    ...limits,
  });
  const { queue, roster, stage } = mm.engine;
  const { runId } = await planRun(mm.engine, spec, { now: () => new Date(), packageVersion: "1" });
  await roster.join({ name: "w", run: runId }, 60_000);
  const began = Date.now();
  const follower = new RunFollower(mm.engine, runId);
  const claimed = async () => {
    await queue.feed(runId, 20);
    return (await queue.claim(runId, "w", { leaseMs: 60_000, maxAttempts: 1 }))!;
  };
  // Nothing is known of the rate, but of the budget: it has not begun to count.
  expect((await follower.read(began)).left).toEqual({ seconds: 10, until: "budget", untouched: 20 });
  await putJson(stage, stagePath.feeding(runId), { beganAt: new Date(began).toISOString() } satisfies Feeding);
  await queue.fail(await claimed(), "no", 1);
  // One of 20 in 2 s: four more are begun in the 8 s of the budget that are left.
  expect((await follower.read(began + 2000)).left).toEqual({ seconds: 8, until: "budget", untouched: 15 });
  await claimed();
  await queue.skip(runId, "not-fed");
  // What has begun goes on after the budget, and ends at the deadline.
  expect((await follower.read(began + 11_500)).left).toEqual({ seconds: 0.5, until: "deadline", untouched: 0 });
});
