import { describe, expect, it } from "vitest";
import { LOG_LENGTH } from "../../src/work/body-log.ts";
import { body, dailyQuery, fillDaily, openWorkspace, runRows } from "../workspace.ts";

describe("the output of a body", () => {
  it("is kept with its partition, failed or not", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 10, 4);
    const { runId, index } = await mm.foreachPartition("unit_id").dopar(body("prints"), {
      dataQuery: dailyQuery,
      chunksPerJob: 2,
      workers: 2,
      fitTimeout: "500ms",
      maxAttempts: 1,
    });
    expect(index).toMatchObject({ succeeded: 7, failed: 3 });
    const rows = await runRows(mm, runId);
    const logs = rows.map(({ log }) => log);
    const lines = ["log", "info", "debug", "warn", "error"].map((name) => `${name} of U01\n`).join("");
    expect(logs.slice(0, 5)).toEqual([
      ...[null, `${lines}plain bytes\n`, "U02 before\nU02 after\n", "U03 only\n", "before it throws\n"],
    ]);
    expect(logs.slice(6)).toEqual(["before it hangs\n", "before it exits\n", null, null]);
    expect(rows.map(({ errorType }) => errorType).slice(4, 8)).toEqual(["fit-error", null, "timeout", "worker-lost"]);
    const all = Array.from({ length: 1000 }, (_, i) => `line ${i}\n`).join("");
    expect(logs[5]).toBe(`(${all.length - LOG_LENGTH} characters before this were dropped)\n${all.slice(-LOG_LENGTH)}`);
  });

  it("is read as one table with the segments of bodies that print nothing", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 6, 4);
    const { runId } = await mm
      .foreach({ unit_id: ["U04", "U00", "U01"] })
      .dopar(body("prints"), { dataQuery: dailyQuery, chunksPerJob: 3 });
    const { rows } = await mm.engine.tables.query(
      `SELECT COUNT(*), COUNT(ERROR_MESSAGE) FROM TRAINING_RESULTS WHERE RUN_ID = '${runId}'`,
      [],
      1,
    );
    expect(rows[0]!.map(Number)).toEqual([3, 1]);
    expect((await runRows(mm, runId)).filter(({ log }) => log === null)).toHaveLength(1);
  });

  it("is the caller's own where a body runs in the calling thread", async () => {
    const mm = await openWorkspace("memory");
    await fillDaily(mm, 5, 4);
    const { runId } = await mm.foreachPartition("unit_id").dopar(body("prints"), { dataQuery: dailyQuery });
    const [, first] = await runRows(mm, runId);
    // The test runner has a console of its own; the streams are what they are.
    expect(first!.log).toBe("plain bytes\n");
  });
});
