import assert from "node:assert/strict";
import type { PartitionOutcome } from "../core/artifact.ts";
import { encodeKey, type KeyColumn, type PartitionKey } from "../core/partition-key.ts";
import { encodeSegment } from "../core/segment.ts";
import { type Harness, type OpenEngine, onEngine } from "./harness.ts";

/** Checks the views over committed runs, where an engine answers queries. */
export function runViewsContract(harness: Harness, open: OpenEngine): void {
  harness.describe("run views", () => {
    const test = onEngine(harness, open);
    test("has the result views before anything was trained", async ({ tables }) => {
      for (const view of ["MODEL_INDEX", "TRAINING_RESULTS", "TRAINING_METRICS"])
        assert.deepEqual((await tables.query(`SELECT RUN_ID, PARTITION_KEY FROM ${view}`, [], 1)).rows, []);
    });
    test("shows the key columns of runs in the result views, as text where runs disagree on their type", async (engine) => {
      const { stage, views, tables } = engine;
      const expose = async (runId: string, keyColumns: KeyColumn[], key: PartitionKey) => {
        const row = {
          partitionKey: encodeKey(keyColumns, key),
          key,
          position: 0,
          outcome: "succeeded",
          modelKind: null,
          model: "{}",
          metrics: '{"mase":1}',
          forecast: null,
          info: null,
          nObs: 1,
          firstTs: null,
          lastTs: null,
          interval: null,
          fitMs: 1,
          seed: 1,
          dataSha256: null,
          errorType: null,
          errorMessage: null,
          attempt: 1,
        } as PartitionOutcome;
        const path = `runs/${runId}/chunks/0001/1/segment.parquet`;
        const bytes = encodeSegment(keyColumns, [row]);
        await stage.put(path, bytes);
        const segment = {
          path,
          chunk: 1,
          attempt: 1,
          rows: 1,
          bytes: bytes.length,
          sha256: "",
          succeeded: 1,
          failed: 0,
        };
        await views.expose({ runId, keyColumns, segments: [{ ...segment, source: 0 }] });
      };
      await expose(
        "one",
        [
          { name: "SKU", type: "integer" },
          { name: "DAY", type: "date" },
        ],
        [7, "2026-01-02"],
      );
      const shown = (view: string, columns: string) => tables.query(`SELECT ${columns} FROM ${view} ORDER BY 1`, [], 9);
      for (const view of ["MODEL_INDEX", "TRAINING_RESULTS", "TRAINING_METRICS"])
        assert.deepEqual((await shown(view, "RUN_ID, SKU, DAY")).rows, [["one", 7, "2026-01-02"]]);
      // A run exposed again is there once; METRIC is a column of one of the views already.
      await expose(
        "one",
        [
          { name: "SKU", type: "integer" },
          { name: "DAY", type: "date" },
        ],
        [8, "2026-01-03"],
      );
      await expose(
        "two",
        [
          { name: "SKU", type: "string" },
          { name: "METRIC", type: "string" },
        ],
        ["x", "m"],
      );
      assert.deepEqual((await shown("MODEL_INDEX", "RUN_ID, SKU, METRIC")).rows, [
        ["one", "8", null],
        ["two", "x", "m"],
      ]);
      assert.deepEqual((await shown("TRAINING_METRICS", "RUN_ID, METRIC, KEY_METRIC")).rows, [
        ["one", "mase", null],
        ["two", "mase", "m"],
      ]);
      await views.conceal("one");
      assert.deepEqual((await shown("TRAINING_RESULTS", "RUN_ID, SKU")).rows, [["two", "x"]]);
    });
  });
}
