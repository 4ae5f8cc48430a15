import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { body, dailyQuery, fillDaily, fillTable, openWorkspace, runRows, temporaryFolder } from "../workspace.ts";

const DAY = 86_400_000;

for (const engine of ["local", "memory"] as const)
  describe(`training on the ${engine} engine`, () => {
    it("fits one model per partition, keeps each, and accounts for all", async () => {
      const mm = await openWorkspace(engine);
      await fillDaily(mm, 23, 10);
      const run = await mm
        .foreachPartition("unit_id")
        .dopar(body("average"), { dataQuery: dailyQuery, chunksPerJob: 5, exports: { add: 1 } });
      expect(run.manifest).toMatchObject({ partitions: 23, chunks: 5, exports: { add: 1 }, keyArg: "unit_id" });
      expect(run.index).toMatchObject({ succeeded: 23, failed: 0, segments: 5 });
      const rows = await runRows(mm, run.runId);
      expect(rows.map((row) => row.partitionKey)).toEqual(
        Array.from({ length: 23 }, (_, i) => `s:U${String(i).padStart(2, "0")}`),
      );
      expect(rows[3]).toMatchObject({
        outcome: "succeeded",
        modelKind: "average",
        nObs: 10,
        firstTs: "1970-01-01",
        lastTs: "1970-01-10",
        interval: "P1D",
        metrics: '{"n":10,"spread":null}',
        info: '{"unit":"\\"U03\\""}',
        attempt: 1,
      });
      expect(JSON.parse(rows[3]!.model!)).toEqual({ kind: "average", mean: 4.45, seed: rows[3]!.seed });
      expect((await mm.engine.catalog.run(run.runId))!.state).toBe("completed");
    });

    it("turns any act of a body into that partition's row, and no other's", async () => {
      const mm = await openWorkspace(engine);
      await fillDaily(mm, 20, 3);
      const run = await mm
        .foreachPartition("unit_id")
        .dopar(body("misbehaving"), { dataQuery: dailyQuery, chunksPerJob: 3 });
      expect(run.index).toMatchObject({ succeeded: 9, failed: 11 });
      const failures = (await runRows(mm, run.runId)).filter((row) => row.outcome === "failed");
      expect(failures.map((row) => [row.key[0], row.errorType, row.errorMessage])).toEqual([
        ["U00", "fit-error", "cannot fit this one"],
        ["U01", "invalid-return", "the body returned 7; it must return an object"],
        ["U02", "invalid-return", "the body returned NaN; it must return an object"],
        ["U03", "invalid-return", "the body returned a function; it must return an object"],
        ["U04", "invalid-return", "model.mean is NaN; plain data holds finite numbers only"],
        ["U05", "invalid-return", expect.stringContaining("model.predict is a function")],
        ["U06", "invalid-return", "the body returned undefined; it must return an object"],
        ["U07", "fit-error", "rejected"],
        ["U08", "invalid-return", expect.stringContaining("metrics.mape is Infinity")],
        ["U09", "fit-error", "an object was thrown"],
        ["U10", "fit-error", 'no column "NOPE" in the data; it has UNIT_ID, OBS_DATE, Y'],
      ]);
      for (const row of failures) expect([row.model, row.metrics, row.nObs]).toEqual([null, null, 3]);
    });

    it("chunks, workers and order never change a model", async () => {
      const mm = await openWorkspace(engine);
      await fillDaily(mm, 31, 4);
      const keys = await mm.keys(dailyQuery);
      const results = [];
      for (const [chunksPerJob, workers, order] of [
        [1, 1, keys],
        [7, 2, keys],
        ["auto", 2, keys.toReversed()],
      ] as const) {
        const run = await mm
          .foreach({ unit_id: order })
          .dopar(body("average"), { dataQuery: dailyQuery, chunksPerJob, workers });
        const rows = await runRows(mm, run.runId);
        results.push(
          rows
            .map(({ fitMs: _, position: __, ...row }) => row)
            .sort((a, b) => (a.partitionKey < b.partitionKey ? -1 : 1)),
        );
      }
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
      expect(new Set(results[0]!.map((row) => row.seed)).size).toBe(31);
    });

    it("series of few observations have the stated interval; one off it fails as a row", async () => {
      const mm = await openWorkspace(engine);
      const columns = [
        { name: "UNIT_ID", type: "string" },
        { name: "OBS_DATE", type: "date" },
        { name: "Y", type: "number" },
      ] as const;
      const rows = [
        ...[0, 14, 28].map((day) => ["A", day * DAY, 1]),
        ...[0, 1, 3, 90].map((day) => ["B", day * DAY, 1]),
        ...[0, 7, 15].map((day) => ["C", day * DAY, 1]),
      ];
      await fillTable(mm, "SPARSE", [...columns], rows);
      const query = { ...dailyQuery, table: "SPARSE" };
      const intervals = async (interval?: string) => {
        const dataQuery = { ...query, ...(interval !== undefined && { interval }) };
        const run = await mm.foreachPartition("unit_id").dopar(body("average"), { dataQuery });
        return (await runRows(mm, run.runId)).map((row) => row.interval ?? row.errorType);
      };
      expect(await intervals()).toEqual(["P14D", "P1D", "P1D"]);
      expect(await intervals("P1D")).toEqual(["P1D", "P1D", "P1D"]);
      expect(await intervals("P1W")).toEqual(["P7D", "irregular-interval", "irregular-interval"]);
      await expect(intervals("N1")).rejects.toThrow('the interval is "N1", but OBS_DATE of SPARSE holds dates');
    });

    it("plans the keys asked for, in the order asked; one without rows fails by itself", async () => {
      const mm = await openWorkspace(engine);
      await fillDaily(mm, 9, 2);
      const run = await mm
        .foreach({ unit_id: ["U07", "nobody", "U01"] })
        .dopar(body("average"), { dataQuery: dailyQuery, chunksPerJob: 2 });
      const rows = await runRows(mm, run.runId);
      expect(rows.map((row) => [row.key[0], row.outcome, row.errorType])).toEqual([
        ["U07", "succeeded", null],
        ["nobody", "failed", "no-data"],
        ["U01", "succeeded", null],
      ]);
      expect(rows[1]!.errorMessage).toContain('SALES has no rows with UNIT_ID = "nobody"');
      await expect(
        mm.foreach({ unit_id: ["U01", "U01"] }).dopar(body("average"), { dataQuery: dailyQuery }),
      ).rejects.toThrow('partition UNIT_ID = "U01" is in the list of keys twice');
    });

    it("composite keys reach the body as objects and never meet", async () => {
      const mm = await openWorkspace(engine);
      const pairs = [
        ["a", "b__c"],
        ["a__b", "c"],
        ["a,b", "c"],
        ["a", "b,c"],
        [null, "x"],
        ["x", null],
      ];
      const columns = [
        { name: "STORE_ID", type: "string" },
        { name: "SKU_ID", type: "string" },
        { name: "Y", type: "number" },
      ] as const;
      await fillTable(
        mm,
        "SALES",
        [...columns],
        pairs.map((pair, i) => [...pair, i]),
      );
      const run = await mm
        .foreachPartition("unit_id")
        .dopar(body("average"), { dataQuery: { table: "SALES", keyColumn: ["STORE_ID", "SKU_ID"] }, chunksPerJob: 2 });
      const rows = await runRows(mm, run.runId);
      expect(new Set(rows.map((row) => row.partitionKey)).size).toBe(6);
      for (const [store, sku] of pairs) {
        const row = rows.find(({ key }) => key[0] === store && key[1] === sku)!;
        expect(JSON.parse(JSON.parse(row.info!).unit)).toEqual({ STORE_ID: store, SKU_ID: sku });
        expect(JSON.parse(row.model!).mean).toBe(pairs.findIndex(([a, b]) => a === store && b === sku));
      }
    });

    it("fails partitions with missing or repeated times, unless duplicates are kept", async () => {
      const mm = await openWorkspace(engine);
      const columns = [
        { name: "ID", type: "integer" },
        { name: "D", type: "date" },
        { name: "Y", type: "number" },
      ] as const;
      const rows = [
        [1n, 0, 1],
        [1n, DAY, 2],
        [2n, DAY, 2],
        [2n, DAY, 2],
        [3n, null, 1],
        [3n, DAY, 2],
      ];
      await fillTable(mm, "SALES", [...columns], rows);
      const query = { table: "SALES", keyColumn: "ID", orderBy: ["D"] };
      const run = await mm.foreachPartition("unit_id").dopar(body("average"), { dataQuery: query });
      expect((await runRows(mm, run.runId)).map((row) => [row.key[0], row.errorType, row.errorMessage])).toEqual([
        [1, null, null],
        [
          2,
          "duplicate-timestamp",
          "D 1970-01-02 occurs twice; make one row of them by source.duplicates: sum (mean, last, first, max, min)",
        ],
        [3, "null-timestamp", "row 1 of 2 has no D; remove or date such rows"],
      ]);
      const keep = (orderBy: string[]) =>
        mm.foreachPartition("unit_id").dopar(body("average"), { dataQuery: { ...query, orderBy, duplicates: "keep" } });
      await expect(keep(["D"])).rejects.toThrow(
        "source.duplicates is keep, but D is the time of a series: a second row of the same time would shift all later ones by a step. Use sum, mean, last, first, max or min, or leave D out of source.order_by",
      );
      // Rows in the order of their values are no series: partition 2 keeps two equal ones.
      const attributes = await keep(["Y"]);
      expect((await runRows(mm, attributes.runId)).map((row) => row.outcome)).toEqual(Array(3).fill("succeeded"));
    });

    it("names errors before anything is planned", async () => {
      const mm = await openWorkspace(engine);
      await fillDaily(mm, 2, 2);
      const loop = mm.foreachPartition("unit_id");
      const dataQuery = dailyQuery;
      await expect(loop.dopar(body("average"))).rejects.toThrow("has no source; add source.table");
      await expect(loop.dopar(body("nowhere"), { dataQuery })).rejects.toThrow("cannot bundle");
      await expect(loop.dopar(body("double"), { dataQuery })).rejects.toThrow('must have "export default defineModel');
      await expect(loop.dopar(body("average"), { dataQuery, modelRunId: "../up" })).rejects.toThrow(
        'run id "../up" is not allowed',
      );
      await expect(loop.dopar(body("average"), { dataQuery, chunksPerJob: 0 })).rejects.toThrow("chunks_per_job is 0");
      await expect(loop.dopar(body("average"), { dataQuery, exports: { f: () => 1 } as never })).rejects.toThrow(
        "exports.f is a function",
      );
      await expect(loop.dopar(body("average"), { dataQuery, workers: 0 })).rejects.toThrow("workers is 0");
      await expect(loop.dopar(body("average"), { dataQuery, mode: "magic" as never })).rejects.toThrow(
        'mode is "magic"',
      );
      expect(() => mm.foreach({ unit_id: [] })).toThrow("unit_id must be a list of at least one key; it is []");
      await expect(mm.foreachPartition("data").dopar(body("average"), { dataQuery })).rejects.toThrow(
        "cannot be called data",
      );
      expect(() => mm.foreach({ a: [], b: [] })).toThrow("foreach takes one loop variable, it got 2");
      await mm.engine.output.create("EMPTY", [{ name: "UNIT_ID", type: "string" }]);
      const empty = { table: "EMPTY", keyColumn: "UNIT_ID" };
      await expect(loop.dopar(body("average"), { dataQuery: empty })).rejects.toThrow(
        "EMPTY has no rows, so there is nothing to train",
      );
      expect(await mm.engine.catalog.runs()).toEqual([]);
      await loop.dopar(body("average"), { dataQuery, modelRunId: "same" });
      await expect(loop.dopar(body("average"), { dataQuery, modelRunId: "same" })).rejects.toThrow(
        "run same exists already",
      );
      expect((await mm.engine.catalog.runs()).map((run) => run.state)).toEqual(["completed"]);
    });
  });

describe("training on the local engine's threads", () => {
  it("no partition can change the exports of another", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 3, 2);
    const run = await mm
      .foreachPartition("unit_id")
      .dopar(body("changes-exports"), { dataQuery: dailyQuery, exports: { n: { count: 0 } } });
    expect((await runRows(mm, run.runId)).map((row) => row.errorMessage)).toEqual(
      new Array(3).fill(expect.stringContaining("Cannot assign to read only property 'count'")),
    );
  });

  it("files are read alike from any path: no patterns, no columns from folder names, no local time zone", async () => {
    const mm = await openWorkspace("local");
    const folder = path.join(await temporaryFolder(), "sku=EU");
    await mkdir(folder);
    await writeFile(path.join(folder, "s[12].csv"), "sku,t,y\nA,2026-03-08T06:30:00Z,1\nA,2026-03-08T07:30:00Z,2\n");
    await writeFile(path.join(folder, "s1.csv"), "sku,t,y\nWRONG,2026-01-01T00:00:00Z,1\n");
    const dataQuery = { table: path.join(folder, "s[12].csv"), keyColumn: "sku", orderBy: ["t"] };
    const zone = process.env.TZ;
    process.env.TZ = "America/New_York";
    try {
      const run = await mm.foreachPartition("unit_id").dopar(body("average"), { dataQuery });
      const [row] = await runRows(mm, run.runId);
      expect(row).toMatchObject({
        partitionKey: "s:A",
        firstTs: "2026-03-08 06:30:00",
        lastTs: "2026-03-08 07:30:00",
        interval: "PT3600S",
      });
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it("the result views hold runs with keys of any name and type", async () => {
    const mm = await openWorkspace("local");
    const sources = [
      [{ name: "k", type: "date" }, 0],
      [{ name: "k", type: "integer" }, 1n],
      [{ name: "k", type: "boolean" }, true],
      [{ name: "METRIC", type: "string" }, "a"],
      [{ name: "filename", type: "string" }, "b"],
      [{ name: "RUN_ID", type: "string" }, "c"],
      [{ name: "sku$&%KEYS%'x", type: "string" }, "d"],
      [{ name: "model", type: "string" }, "e"],
    ] as const;
    for (const [i, [column, key]] of sources.entries()) {
      await fillTable(mm, `T${i}`, [column, { name: "Y", type: "number" }], [[key, 1]]);
      const dataQuery = { table: `T${i}`, keyColumn: column.name };
      await mm.foreachPartition("unit_id").dopar(body("average"), { dataQuery, modelRunId: `r${i}` });
    }
    const { tables } = mm.engine;
    for (const view of ["MODEL_INDEX", "TRAINING_RESULTS", "TRAINING_METRICS"]) {
      const { rows } = await tables.query(
        `SELECT RUN_ID, PARTITION_KEY, k FROM ${view} GROUP BY ALL ORDER BY 1`,
        [],
        20,
      );
      expect(rows.map(([run, , k]) => [run, k])).toEqual([
        ...[
          ["r0", "1970-01-01"],
          ["r1", "1"],
          ["r2", "true"],
        ],
        ...["r3", "r4", "r5", "r6", "r7"].map((run) => [run, null]),
      ]);
    }
    expect(
      (await tables.query("SELECT KEY_RUN_ID FROM TRAINING_METRICS WHERE RUN_ID = 'r5' GROUP BY 1", [], 2)).rows,
    ).toEqual([["c"]]);
    expect((await tables.query("SELECT STAGE_PATH FROM MODEL_INDEX WHERE RUN_ID = 'r4'", [], 2)).rows).toEqual([
      ["runs/r4/chunks/0001/1/segment.parquet"],
    ]);
  });

  it("a body that ends its worker costs its own partition only, and is a row of the result tables", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 12, 2);
    const run = await mm
      .foreachPartition("unit_id")
      .dopar(body("ends-its-worker"), { dataQuery: dailyQuery, chunksPerJob: 6, workers: 2, maxAttempts: 2 });
    expect(run.index).toMatchObject({ succeeded: 11, failed: 1 });
    const failed = (
      await mm.engine.tables.query(
        `SELECT UNIT_ID, ERROR_TYPE, ERROR_MESSAGE FROM TRAINING_RESULTS WHERE RUN_ID = '${run.runId}' AND OUTCOME = 'failed' ORDER BY 1`,
        [],
        10,
      )
    ).rows;
    expect(failed).toEqual([["U05", "worker-lost", "its worker was lost: it exited with code 9"]]);
  });

  it("a body may use packages, files beside it, and the forecasting library", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 2, 5);
    for (const mode of ["tasks", "local"] as const) {
      const run = await mm.foreachPartition("unit_id").dopar(body("uses-a-package"), { dataQuery: dailyQuery, mode });
      const rows = await runRows(mm, run.runId);
      expect(JSON.parse(rows[1]!.model!)).toEqual({ last: 2.8, yaml: "a: 1\n" });
    }
  });

  it("the memory engine and the local engine keep the same models", async () => {
    const models = [];
    for (const engine of ["local", "memory"] as const) {
      const mm = await openWorkspace(engine);
      await fillDaily(mm, 9, 6);
      const run = await mm
        .foreachPartition("unit_id")
        .dopar(body("average"), { dataQuery: dailyQuery, modelRunId: "r" });
      models.push((await runRows(mm, run.runId)).map(({ fitMs: _, ...row }) => row));
    }
    expect(models[0]).toEqual(models[1]);
  });
});
