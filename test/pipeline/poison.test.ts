import { describe, expect, it } from "vitest";
import { body, dailyQuery, fillDaily, openWorkspace, runRows } from "../workspace.ts";

describe("a body that ends its worker, or never returns", () => {
  for (const mode of ["tasks", "queue"] as const)
    it(`costs its own partition only, in ${mode} mode`, async () => {
      const mm = await openWorkspace("local");
      await fillDaily(mm, 20, 4);
      const poison = { U02: "loop", U05: "exit", U11: "rejection", U19: "hang" };
      const { runId, index } = await mm.foreachPartition("unit_id").dopar(body("poisonous"), {
        dataQuery: dailyQuery,
        mode,
        chunksPerJob: 3,
        workers: 2,
        fitTimeout: "1500ms",
        maxAttempts: 1,
        exports: { poison },
      });
      expect(index).toMatchObject({ succeeded: 16, failed: 4, skipped: 0 });
      const failures = (await runRows(mm, runId)).filter((row) => row.outcome === "failed");
      expect(failures.map((row) => [row.key[0], row.errorType, row.errorMessage])).toEqual([
        ["U02", "timeout", "the body took longer than fit_timeout, 1.5 s"],
        ["U05", "worker-lost", "its worker was lost: it exited with code 7"],
        ["U11", "fit-error", "nobody listens"],
        ["U19", "timeout", "the body took longer than fit_timeout, 1.5 s"],
      ]);
      const chunks = await mm.engine.queue.chunks(runId);
      expect(chunks.map(({ state, attempt }) => [state, attempt])).toEqual(chunks.map(() => ["finished", 1]));
    });

  it("costs its own partition only when it runs out of memory", async () => {
    const mm = await openWorkspace("local", "train: { memory_limit_mb: 48 }\n");
    await fillDaily(mm, 6, 4);
    const { runId, index } = await mm.foreachPartition("unit_id").dopar(body("poisonous"), {
      dataQuery: dailyQuery,
      chunksPerJob: 2,
      workers: 1,
      maxAttempts: 1,
      exports: { poison: { U01: "memory" } },
    });
    expect(index).toMatchObject({ succeeded: 5, failed: 1 });
    expect((await runRows(mm, runId))[1]).toMatchObject({
      errorType: "out-of-memory",
      errorMessage: expect.stringMatching(/^its worker was lost: .*memory/),
    });
  });

  it("answers for the errors it leaves behind, by a timer or a rejection", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 8, 4);
    for (const chunksPerJob of [1, 4]) {
      const { runId } = await mm.foreachPartition("unit_id").dopar(body("leaves-errors"), {
        dataQuery: dailyQuery,
        chunksPerJob,
        workers: 1,
        exports: { leaves: { U03: "timer", U05: "rejection" } },
      });
      const rows = await runRows(mm, runId);
      const failures = rows.filter((row) => row.outcome === "failed");
      const late = expect.stringMatching(/^(late from U03|rejected by U05) \(thrown after fit had returned/);
      expect(failures.map((row) => [row.key[0], row.errorType, row.errorMessage, row.model])).toEqual([
        ["U03", "fit-error", late, null],
        ["U05", "fit-error", late, null],
      ]);
      expect((await mm.engine.queue.chunks(runId)).every(({ attempt }) => attempt === 1)).toBe(true);
    }
  });

  it("leaves an error of an unknown origin to no other partition", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 6, 4);
    const { index } = await mm.foreachPartition("unit_id").dopar(body("leaves-errors"), {
      dataQuery: dailyQuery,
      chunksPerJob: 1,
      workers: 1,
      maxAttempts: 1,
      exports: { leaves: { U02: "unknown", slowly: "yes" } },
    });
    expect(index).toMatchObject({ succeeded: 6, failed: 0 });
  });

  it("answers for the errors it leaves behind while it predicts", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 4, 4);
    const options = { dataQuery: dailyQuery, workers: 1, exports: { leaves: { U02: "predict" } } };
    const { runId } = await mm.foreachPartition("unit_id").dopar(body("leaves-errors"), options);
    await mm.models.register({ run: runId, model: "M", version: "V1" });
    const { table } = dailyQuery;
    const scored = await mm.registry.runBatch({ model: "M", version: "V1", inputTable: table, horizon: 1, workers: 1 });
    expect(scored).toMatchObject({ ok: 3, errors: 1 });
  });

  it("gives the same models as without it", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 12, 4);
    const run = async (poison: Record<string, string>) => {
      const options = { dataQuery: dailyQuery, chunksPerJob: 2, exports: { poison } };
      const { runId } = await mm.foreachPartition("unit_id").dopar(body("poisonous"), options);
      return (await runRows(mm, runId)).map(({ partitionKey, model, seed }) => [partitionKey, model, seed]);
    };
    const clean = await run({});
    const poisoned = await run({ U03: "exit" });
    expect(poisoned.filter((_, i) => i !== 3)).toEqual(clean.filter((_, i) => i !== 3));
    expect(poisoned[3]![1]).toBe(null);
  });
});

it("a body that changes built-in objects fails by itself, and no other partition sees the change", async () => {
  const mm = await openWorkspace("local");
  await fillDaily(mm, 6, 4);
  const run = async (changes: Record<string, string>, chunksPerJob: number) => {
    const { runId } = await mm.foreachPartition("unit_id").dopar(body("changes-built-ins"), {
      dataQuery: dailyQuery,
      chunksPerJob,
      workers: 1,
      maxAttempts: 1,
      exports: { changes },
    });
    return runRows(mm, runId);
  };
  const clean = await run({}, 1);
  for (const chunks of [1, 3]) {
    const rows = await run({ U02: "prototype", U03: "JSON" }, chunks);
    expect(rows.filter(({ outcome }) => outcome === "failed").map((row) => [row.key[0], row.errorMessage])).toEqual([
      ["U02", "its worker was lost: fit changed Object.prototype.added, which later partitions would see"],
      ["U03", "its worker was lost: fit changed JSON.stringify, which later partitions would see"],
    ]);
    const others = rows.filter(({ outcome }) => outcome === "succeeded");
    expect(others.map(({ model }) => model)).toEqual(others.map(({ position }) => clean[position]!.model));
  }
});
