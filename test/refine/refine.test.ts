import { random } from "@manymodel/forecast";
import { describe, expect, it } from "vitest";
import type { RefinedRun } from "../../src/api/verbs/refine.ts";
import { start } from "../processes.ts";
import { body, DAILY_COLUMNS, dailyQuery, fillDaily, fillTable, openWorkspace, runRows } from "../workspace.ts";

const DAY = 86_400_000;

/** Errors that a body gives each unit: `exports.errors[unit_id]`, null where there is none. */
const errors = (values: Record<string, number | null>) => ({
  dataQuery: dailyQuery,
  exports: { errors: values },
});

/** Fills a table with days of noise around a level that differs from unit to unit. */
async function fillNoise(mm: Awaited<ReturnType<typeof openWorkspace>>, units: number, days: number): Promise<void> {
  const uniform = random(5);
  const rows = Array.from({ length: units * days }, (_, i) => [
    `U${String(i % units).padStart(2, "0")}`,
    Math.floor(i / units) * DAY,
    50 + (i % units) + 10 * uniform(),
  ]);
  await fillTable(mm, "SALES", DAILY_COLUMNS, rows);
}

for (const engine of ["local", "memory"] as const)
  describe(`ranking and champions on the ${engine} engine`, () => {
    it("ranks the worst first, and never partitions without a usable metric", async () => {
      const mm = await openWorkspace(engine);
      await fillDaily(mm, 6, 5);
      const { runId } = await mm
        .foreachPartition("unit_id")
        .dopar(body("scored"), errors({ U00: 3, U01: null, U02: 9, U03: 9, U04: 0, U05: -1 }));
      const all = await mm.runs.rank(runId, { metric: "mase" });
      expect(all).toMatchObject({ runId, metric: "holdout_mase", by: "metric", usable: 4 });
      expect(all.ranked.map(({ partitionKey, value }) => [partitionKey, value])).toEqual([
        ["s:U02", 9],
        ["s:U03", 9],
        ["s:U00", 3],
        ["s:U04", 0],
      ]);
      expect(all.unranked).toEqual([
        { partitionKey: "s:U01", why: "holdout_mase is not available" },
        { partitionKey: "s:U05", why: "failed: fit-error" },
      ]);
      const keys = async (options: object) =>
        (await mm.runs.rank(runId, { metric: "mase", ...options })).ranked.map(({ partitionKey }) => partitionKey);
      expect(await keys({ worst: 1 })).toEqual(["s:U02"]);
      expect(await keys({ worstPercent: 26 })).toEqual(["s:U02", "s:U03"]);
      expect(await keys({ above: 3 })).toEqual(["s:U02", "s:U03"]);
      expect(await keys({ above: 100 })).toEqual([]);
      await expect(mm.runs.rank(runId, { metric: "nothing" })).rejects.toThrow(
        `no partition of ${runId} has a metric nothing; there is holdout_mase`,
      );
      await expect(mm.runs.rank(runId, { metric: "mase", worst: 1, worstPercent: 1 })).rejects.toThrow("not both");
      await expect(mm.runs.rank(runId, { metric: "mase", worst: 0 })).rejects.toThrow("worst is 0");
      await expect(mm.runs.rank("none", { metric: "mase" })).rejects.toThrow('no run "none"');
    });

    it("by gain, prefers short series to long ones of the same error, and series not refined yet", async () => {
      const mm = await openWorkspace(engine);
      const rows = [];
      for (const [unit, days] of [
        ["LONG", 400],
        ["SHORT", 20],
        ["DONE", 20],
      ] as const)
        for (let day = 0; day < days; day++) rows.push([unit, day * DAY, day]);
      await fillTable(mm, "SALES", DAILY_COLUMNS, rows);
      const loop = mm.foreachPartition("unit_id");
      const { runId } = await loop.dopar(body("scored"), errors({ LONG: 1, SHORT: 1, DONE: 1 }));
      await mm.foreach({ unit_id: ["DONE"] }).dopar(body("scored"), { ...errors({ DONE: 0.5 }), refines: runId });
      const { ranked } = await mm.runs.rank(runId, { metric: "mase", by: "gain" });
      expect(ranked.map(({ partitionKey }) => partitionKey)).toEqual(["s:SHORT", "s:DONE", "s:LONG"]);
      expect(ranked[0]!.gain! / ranked[1]!.gain!).toBeCloseTo(2, 10);
      expect(ranked[0]!.gain! / ranked[2]!.gain!).toBeCloseTo(20, 10);
    });

    it("collects the best of several runs without copying, and scores them with the models they came from", async () => {
      const mm = await openWorkspace(engine);
      await fillDaily(mm, 6, 5);
      const loop = mm.foreachPartition("unit_id");
      const run = async (values: Record<string, number | null>, add: number) =>
        (
          await loop.dopar(body("scored"), {
            dataQuery: dailyQuery,
            chunksPerJob: 2,
            exports: { errors: values, add },
          })
        ).runId;
      const a = await run({ U00: 1, U01: 5, U02: 2, U03: null, U04: -1, U05: -1 }, 100);
      const b = await run({ U00: 2, U01: 1, U02: 2, U03: 7, U04: null, U05: -1 }, 200);
      const before = await mm.engine.stage.list("runs/");
      const champions = await mm.runs.champions({ runs: [a, b], metric: "mase", runId: "best" });
      expect(champions.from).toEqual({ [a]: 3, [b]: 3 });
      expect(champions.index).toMatchObject({ succeeded: 5, failed: 1, skipped: 0 });
      const added = (await mm.engine.stage.list("runs/")).filter((name) => !before.includes(name));
      expect(added).toEqual(["runs/best/manifest.json", "runs/best/model_index.json"]);

      await mm.registry.logManyModel({ name: "M", version: "V1", run: "best", horizon: 1 });
      const summary = await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES" });
      expect(summary).toMatchObject({ partitions: 6, ok: 5, noModel: 1, errors: 0 });
      if (engine === "local") {
        const { rows } = await mm.engine.tables.query(
          "SELECT UNIT_ID, FORECAST FROM FORECAST_RESULTS ORDER BY UNIT_ID",
          [],
          10,
        );
        expect(rows).toEqual([
          ["U00", 100],
          ["U01", 200],
          ["U02", 100],
          ["U03", 200],
          ["U04", 200],
          ["U05", null],
        ]);
        const results = await mm.engine.tables.query(
          `SELECT UNIT_ID, metrics->>'holdout_mase' FROM TRAINING_RESULTS WHERE RUN_ID = 'best' ORDER BY UNIT_ID`,
          [],
          10,
        );
        expect(results.rows.map((row) => row[1])).toEqual(["1", "1", "2", "7", null, null]);
      }

      const { matched, wins, losses, ties, onlyA, onlyB } = await mm.runs.compare(a, "best", "mase");
      expect(matched.a).toMatchObject({ count: 3, mean: 8 / 3, median: 2 });
      expect(matched.b).toMatchObject({ count: 3, mean: 4 / 3, median: 1 });
      expect([wins, losses, ties, onlyA, onlyB]).toEqual([1, 0, 2, 0, 1]);

      const c = await run({ U00: 0, U01: 9, U02: 9, U03: 9, U04: 9, U05: 9 }, 300);
      const again = await mm.runs.champions({ runs: ["best", c], metric: "mase" });
      expect(again.from).toEqual({ best: 3, [c]: 3 });
      const scores = (await mm.runs.compare("best", again.runId, "mase")).pairs.map(({ a, b }) => [a, b]);
      for (const [was, is] of scores) expect(is).toBeLessThanOrEqual(was!);

      await expect(mm.runs.champions({ runs: [a, a], metric: "mase" })).rejects.toThrow("at least two different runs");
    });

    it("compares partitions trained on other data only on request", async () => {
      const mm = await openWorkspace(engine);
      await fillDaily(mm, 2, 5);
      await fillDaily(mm, 2, 6, "LATER");
      const loop = mm.foreachPartition("unit_id");
      const a = await loop.dopar(body("scored"), errors({ U00: 2, U01: 1 }));
      const b = await loop.dopar(body("scored"), {
        ...errors({ U00: 1, U01: 2 }),
        dataQuery: { ...dailyQuery, table: "LATER" },
      });
      const runs = [a.runId, b.runId];
      await expect(mm.runs.champions({ runs, metric: "mase" })).rejects.toThrow(
        "partition s:U00 was trained on other data",
      );
      const { from } = await mm.runs.champions({ runs, metric: "mase", acrossData: true });
      expect(Object.values(from)).toEqual([1, 1]);
      const [{ warning }, same] = [
        await mm.runs.compare(a.runId, b.runId, "mase"),
        await mm.runs.compare(a.runId, a.runId, "mase"),
      ];
      expect(warning).toBe(
        `2 of 2 partitions (the first: s:U00) were trained on other data in ${b.runId} than in ${a.runId}, so their errors cannot be compared; train both on the same data`,
      );
      expect(same.warning).toBeNull();
      if (engine !== "local") return;
      const [printing, quiet] = [start(mm, "compare", ...runs), start(mm, "compare", a.runId, a.runId)];
      await Promise.all([printing.ended, quiet.ended]);
      expect(printing.output().stdout).toContain(`Warning: ${warning}.\n`);
      expect(quiet.output().stdout).not.toContain("Warning");
    });
  });

describe("champions of runs that were measured from several origins", () => {
  const settings = `source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE, target: Y, period: 7 }
train: { holdout: 7, horizon: 7, origins: 3 }
`;

  it("are chosen by the origins before the last, which says what to expect", async () => {
    const mm = await openWorkspace("memory", settings);
    await fillNoise(mm, 12, 60);
    const runs = ["naive", "mean"];
    // A chunk a partition: the rows of a segment are then those of the run that refers to it.
    for (const method of runs) await mm.train(method, { runId: method, chunks: 12 });
    const champions = await mm.runs.champions({ runs, metric: "mae", runId: "both" });
    const metrics = new Map<string, Record<string, number>[]>();
    for (const run of runs)
      for (const { partitionKey, metrics: text } of await runRows(mm, run))
        metrics.set(partitionKey, [...(metrics.get(partitionKey) ?? []), JSON.parse(text ?? "{}")]);
    const chosen = [...metrics.values()].map((both) =>
      both.reduce((a, b) => (b.holdout_earlier_mae! < a.holdout_earlier_mae! ? b : a)),
    );
    const meanOf = (name: string) => chosen.reduce((sum, one) => sum + one[name]!, 0) / chosen.length;
    expect(champions.metric).toBe("holdout_mae");
    expect(champions.expectation).toMatchObject({ by: "last-origin", partitions: 12 });
    expect(champions.expectation?.chosen).toBeCloseTo(meanOf("holdout_earlier_mae"), 12);
    expect(champions.expectation?.expected).toBeCloseTo(meanOf("holdout_last_mae"), 12);
    const lasts = (await runRows(mm, "both")).map(({ partitionKey, metrics: text }) => [
      partitionKey,
      JSON.parse(text ?? "{}").holdout_last_mae,
    ]);
    expect(Object.fromEntries(lasts)).toEqual(
      Object.fromEntries([...metrics.keys()].map((key, i) => [key, chosen[i]!.holdout_last_mae])),
    );
    // By all origins others would be champions: what is asked of the last one matters here.
    const byAll = [...metrics.values()].map((both) => both.reduce((a, b) => (b.holdout_mae! < a.holdout_mae! ? b : a)));
    expect(byAll).not.toEqual(chosen);
  });

  it("refine what was worst at the origins before the last, and tie within a share", async () => {
    const mm = await openWorkspace("memory", settings);
    await fillNoise(mm, 12, 60);
    await mm.train("naive", { runId: "naive" });
    const { ranking, runId } = await mm.refine({
      from: "naive",
      by: "metric",
      worst: 4,
      candidates: ["mean", "drift"],
    });
    const { ranked } = await mm.runs.rank("naive", { metric: "earlier_mase", worst: 4 });
    expect(ranking.ranked.map(({ partitionKey }) => partitionKey)).toEqual(
      ranked.map(({ partitionKey }) => partitionKey),
    );
    const loose = await mm.runs.champions({ runs: ["naive", runId], tie: 0.999 });
    expect(loose.from).toEqual({ naive: 12, [runId]: 0 });
    await expect(mm.runs.champions({ runs: ["naive", runId], tie: 1 })).rejects.toThrow("tie is 1");
  });
});

describe("refining", () => {
  it("runs a contest for the worst, worst first, on the same pinned data; partitions that were not fed are not failed", async () => {
    const mm = await openWorkspace(
      "local",
      "source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE, period: 7 }\n",
    );
    await fillDaily(mm, 12, 80);
    const screen = await mm.foreachPartition("unit_id").dopar(body("scored"), {
      exports: {
        target: "Y",
        period: 7,
        horizon: 7,
        holdout: 7,
        errors: Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`U${String(i).padStart(2, "0")}`, 100 + i])),
      },
    });
    await fillDaily(mm, 1, 3, "OTHER");
    const refined = await mm.refine({
      from: screen.runId,
      by: "metric",
      worst: 5,
      chunks: 5,
      workers: 1,
      candidates: ["naive", "drift", "snaive"],
    });
    const rows = await runRows(mm, refined.runId);
    expect(rows.map((row) => row.key[0])).toEqual(["U11", "U10", "U09", "U08", "U07"]);
    expect(refined.manifest).toMatchObject({ refines: screen.runId, mode: "queue", chunks: 5 });
    expect(refined.manifest.snapshot).toEqual(screen.manifest.snapshot);
    const info = JSON.parse(rows[0]!.info!);
    expect(info).toMatchObject({ winner: "drift", metric: "mase" });
    expect(info.ranking.map(({ name }: { name: string }) => name)).toEqual(["drift", "naive", "snaive"]);
    expect(JSON.parse(rows[0]!.metrics!).holdout_mase).toBeLessThan(1e-9);
    await expect(mm.refine({ from: screen.runId, candidates: ["oracle"] })).rejects.toThrow(
      'candidate "oracle" is not known; the methods are',
    );
    await expect(mm.refine({ from: screen.runId, above: 1e9 })).rejects.toThrow("nothing to refine");
  });

  it("takes missing options from the configuration's refine block, and partitions by a condition", async () => {
    const mm = await openWorkspace(
      "local",
      `source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE, period: 7, attributes: [UNIT_ID] }
refine: { metric: mase, by: metric, worst_percent: 50, candidates: [naive, drift], windows: 2, time_budget: 1h }
`,
    );
    await fillDaily(mm, 4, 80);
    const screen = await mm.foreachPartition("unit_id").dopar(body("scored"), {
      exports: { target: "Y", period: 7, horizon: 7, holdout: 7, errors: { U00: 4, U01: 1, U02: 3, U03: 2 } },
    });
    const keysOf = ({ ranking }: RefinedRun) => ranking.ranked.map(({ partitionKey }) => partitionKey);
    const refined = await mm.refine({ from: screen.runId });
    expect(keysOf(refined)).toEqual(["s:U00", "s:U02"]);
    expect(refined.manifest).toMatchObject({
      exports: { candidates: ["naive", "drift"], windows: 2, metric: "mase" },
      limits: { timeBudgetMs: 3_600_000 },
    });
    const options = { from: screen.runId, candidates: ["drift"], windows: 1 };
    const few = await mm.refine({ ...options, where: "UNIT_ID <> 'U00'", worst: 1, timeBudget: "2h" });
    expect(keysOf(few)).toEqual(["s:U02"]);
    expect(few.manifest).toMatchObject({
      exports: { candidates: ["drift"], windows: 1 },
      limits: { timeBudgetMs: 7_200_000 },
    });
    await expect(mm.refine({ offenders: true, where: "UNIT_ID = 'U00'" })).rejects.toThrow("above, below and where");
  });

  it("of 200 partitions: the first chunk holds the worst, half the time needed does a prefix of the ranking", async () => {
    const mm = await openWorkspace("local");
    await fillTable(
      mm,
      "SALES",
      DAILY_COLUMNS,
      Array.from({ length: 400 }, (_, i) => [`U${String(i % 200).padStart(3, "0")}`, Math.floor(i / 200) * DAY, i]),
    );
    const units = Array.from({ length: 200 }, (_, i) => `U${String(i).padStart(3, "0")}`);
    const values = Object.fromEntries(units.map((unit, i) => [unit, (i * 73) % 199]));
    const screen = await mm
      .foreachPartition("unit_id")
      .dopar(body("scored"), { dataQuery: dailyQuery, exports: { errors: values, ms: 30 } });
    const { runId, index, ranking, manifest } = await mm.refine({
      from: screen.runId,
      metric: "mase",
      by: "metric",
      definition: body("slow"),
      workers: 1,
      chunks: 50,
      timeBudget: "3s",
    });
    const worst = [...units].sort((a, b) => values[b]! - values[a]! || (a < b ? -1 : 1));
    expect(ranking.ranked.map(({ partitionKey }) => partitionKey)).toEqual(worst.map((unit) => `s:${unit}`));
    const first = JSON.parse(new TextDecoder().decode(await mm.engine.stage.get(`runs/${runId}/tasks/task_0001.json`)));
    expect(first.keys).toEqual(worst.slice(0, 4).map((unit) => `s:${unit}`));
    const outcomes = (await runRows(mm, runId)).map(({ outcome }) => outcome);
    expect(index.succeeded).toBeGreaterThan(0);
    expect(index.succeeded).toBeLessThan(200);
    expect(outcomes.slice(0, index.succeeded).every((outcome) => outcome === "succeeded")).toBe(true);
    expect(index).toMatchObject({ failed: 0, skipped: 200 - index.succeeded });
    expect(manifest.limits).toEqual({ timeBudgetMs: 3000, hardDeadlineMs: null });
  });

  it("plans a run from a sample, and keeps nothing of it", async () => {
    const mm = await openWorkspace("local", "cost: { cpu_hour: 3600 }\n");
    await fillDaily(mm, 30, 10);
    const estimate = await mm
      .foreachPartition("unit_id")
      .plan(body("slow"), { dataQuery: dailyQuery, exports: { ms: 5 }, workers: 2, chunksPerJob: 6 }, 10);
    expect(estimate).toMatchObject({ partitions: 30, chunks: 6, workers: 2, sampled: 10, sampleFailed: 0 });
    expect(estimate.cpuSeconds).toBeGreaterThan(30 * 0.005);
    expect(estimate.cpuSecondsLow).toBeLessThanOrEqual(estimate.cpuSeconds);
    expect(estimate.cost).toBeCloseTo(estimate.cpuSeconds, 10);
    expect(await mm.engine.catalog.runs()).toEqual([]);
  });
});
