import type { ManyModel, Run } from "manymodel";
import { describe, expect, it } from "vitest";
import { earlierRun } from "../../src/api/verbs/train.ts";
import type { Workspace } from "../../src/api/workspace.ts";
import type { ModelIndex } from "../../src/core/artifact.ts";
import { decodeSegment } from "../../src/core/segment.ts";
import { rowSelector } from "../../src/core/selection.ts";
import { body, dailyQuery, fillTable, openWorkspace } from "../workspace.ts";

const DAY = 86_400_000;
const COLUMNS = [
  { name: "UNIT_ID", type: "string" },
  { name: "OBS_DATE", type: "date" },
  { name: "Y", type: "number" },
] as const;

/** Fills a table with three days of each unit, starting from the given values. */
const fill = (mm: ManyModel, units: Record<string, number>) =>
  fillTable(
    mm,
    "SALES",
    [...COLUMNS],
    Object.entries(units).flatMap(([unit, y]) => [0, 1, 2].map((day) => [unit, day * DAY, y + day])),
  );

const train = (mm: ManyModel, changedSince?: string | null, options: object = {}, name = "average") =>
  mm.foreachPartition("unit_id").dopar(body(name), {
    dataQuery: dailyQuery,
    chunksPerJob: 3,
    mode: "local",
    ...(changedSince !== undefined && { changedSince }),
    ...options,
  });

const indexOf = async (mm: ManyModel, { index }: Run): Promise<ModelIndex> =>
  JSON.parse(new TextDecoder().decode(await mm.engine.stage.get(index.path)));

/** Returns a run's outcome of each partition, by key, without the time and place of training. */
async function outcomes(mm: ManyModel, run: Run) {
  const byKey = new Map<string, unknown>();
  for (const { path, select } of (await indexOf(mm, run)).segments) {
    const isSelected = rowSelector(select);
    const rows = await decodeSegment(await mm.engine.stage.get(path), path);
    for (const { position: _, fitMs: __, ...row } of rows.filter((_, at) => isSelected(at))) {
      expect(byKey.has(row.partitionKey)).toBe(false);
      byKey.set(row.partitionKey, row);
    }
  }
  return new Map([...byKey].sort(([a], [b]) => (a < b ? -1 : 1)));
}

for (const engine of ["memory", "local"] as const)
  describe(`training changed partitions on the ${engine} engine`, () => {
    it("equals training everything, and carries unchanged partitions over by reference", async () => {
      const mm = await openWorkspace(engine);
      await fill(mm, { U0: 0, U1: 10, U2: 20, U3: 30, U4: 40, U5: 50 });
      const first = await train(mm, null);
      expect(first.changed).toEqual({ since: null, trained: 6, carried: 0, why: "there is no earlier run" });
      await mm.registry.logManyModel({ name: "M", version: "V1", run: first, horizon: 1 });

      await fill(mm, { U0: 0, U1: 11, U2: 20, U3: 30, U4: 40, U6: 60 });
      const second = await train(mm, first.runId, { modelRunId: "second" });
      expect(second.runId).toBe("second");
      expect(second.changed).toEqual({ since: first.runId, trained: 2, carried: 4, why: null });
      expect(second.index).toMatchObject({ succeeded: 6, failed: 0, skipped: 0 });
      expect(await outcomes(mm, second)).toEqual(await outcomes(mm, await train(mm)));
      const { sources, segments } = await indexOf(mm, second);
      expect(sources.map(({ runId }) => runId)).toEqual([first.runId, second.manifest.changed!.by]);
      const carried = segments.filter(({ source }) => source === 0);
      expect(carried.every(({ path }) => path.startsWith(`runs/${first.runId}/`))).toBe(true);
      expect(carried.reduce((sum, { rows }) => sum + rows, 0)).toBe(4);

      await mm.registry.logManyModel({ name: "M", version: "V2", run: second, horizon: 1 });
      const { config } = mm;
      const of = { ...mm, config: { ...config, register: { model: "M" } } } as unknown as Workspace;
      expect(await earlierRun(of, true)).toBe("second");
      expect(await earlierRun(of, "V1")).toBe(first.runId);
      expect(await earlierRun(of, first.runId)).toBe(first.runId);
      const batch = await mm.registry.runBatch({ model: "M", version: "V2", inputTable: "SALES", workers: 1 });
      expect(batch).toMatchObject({ partitions: 6, ok: 6 });
      const diff = await mm.models.diff("M", "V1", "V2");
      expect(diff).toMatchObject({ added: ["s:U6"], lost: ["s:U5"], changed: ["s:U1"], unchanged: 4 });

      // Nothing new: nothing is trained. What replaced everything of a run leaves that run behind.
      const third = await train(mm, second.runId);
      expect(third.changed).toMatchObject({ trained: 0, carried: 6 });
      expect(third.manifest.changed!.by).toBe(null);
      await fill(mm, { U0: 1, U2: 21, U3: 31, U4: 41, U6: 60 });
      const fourth = await train(mm, third.runId);
      expect(fourth.changed).toMatchObject({ trained: 4, carried: 1 });
      expect((await indexOf(mm, fourth)).sources.map(({ runId }) => runId)).not.toContain(first.runId);
      await expect(mm.runs.delete(second.manifest.changed!.by!)).rejects.toThrow("version M V2 uses run");
      await expect(mm.runs.resume(fourth.runId)).rejects.toThrow(/is completed|collects models/);
    });
  });

describe("training changed partitions", () => {
  it("trains everything, and says why, where more than the data is another", async () => {
    const mm = await openWorkspace("memory");
    await fill(mm, { U0: 0, U1: 10 });
    const { runId } = await train(mm, undefined, { exports: { add: 1 } });
    const cases: [object, string, string][] = [
      [{ exports: { add: 2 } }, "average", "the exports are other ones"],
      [{ exports: { add: 1 }, seed: 7 }, "average", "the seed is 7, it was 1"],
      [{ exports: { add: 1 } }, "seeded", "the model definition is another one"],
    ];
    for (const [options, name, why] of cases)
      expect((await train(mm, runId, options, name)).changed).toEqual({ since: runId, trained: 2, carried: 0, why });
    expect((await train(mm, runId, { exports: { add: 1 } })).changed).toMatchObject({ trained: 0, carried: 2 });
    await expect(train(mm, "none")).rejects.toThrow('there is no run "none"');
    await expect(
      mm.foreach({ unit_id: ["U0"] }).dopar(body("average"), { dataQuery: dailyQuery, changedSince: runId }),
    ).rejects.toThrow("use foreachPartition");
  });

  it("carries over failures with the same data, and tries partitions that were never read", async () => {
    const mm = await openWorkspace("memory");
    await fill(mm, { U00: 1, U07: 1, U14: 1, U15: 1 });
    const first = await train(mm, undefined, {}, "misbehaving");
    expect(first.index).toMatchObject({ succeeded: 2, failed: 2 });
    await fill(mm, { U00: 1, U07: 2, U14: 1, U15: 2 });
    const second = await train(mm, first.runId, {}, "misbehaving");
    expect(second.changed).toMatchObject({ trained: 2, carried: 2 });
    expect(second.index).toMatchObject({ succeeded: 2, failed: 2 });
    expect(await outcomes(mm, second)).toEqual(await outcomes(mm, await train(mm, undefined, {}, "misbehaving")));
  });
});
