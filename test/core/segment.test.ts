import { describe, expect, it } from "vitest";
import type { PartitionOutcome } from "../../src/core/artifact.ts";
import { encodeColumns } from "../../src/core/columns/encode-columns.ts";
import { encodeKey, type KeyColumn, type PartitionKey } from "../../src/core/partition-key.ts";
import { decodeSegment, encodeSegment, segmentColumn } from "../../src/core/segment.ts";

const columns: KeyColumn[] = [
  { name: "STORE_ID", type: "integer" },
  { name: "model", type: "string" },
  { name: "D", type: "date" },
];

const row = (key: PartitionKey, change: Partial<PartitionOutcome> = {}): PartitionOutcome => ({
  position: 0,
  key,
  partitionKey: encodeKey(columns, key),
  outcome: "succeeded",
  modelKind: "mean",
  model: '{"kind":"mean","mean":0.1}',
  metrics: '{"mae":null}',
  forecast: "[1,2]",
  info: null,
  nObs: 3,
  firstTs: "2026-01-01",
  lastTs: "2026-01-03",
  interval: "P1D",
  fitMs: 0.5,
  seed: 4294967295,
  dataSha256: "ab",
  errorType: null,
  errorMessage: null,
  log: null,
  attempt: 1,
  ...change,
});

describe("segment", () => {
  it("gives back every row exactly", async () => {
    const rows = [
      row([1, "a", "2026-01-01"]),
      row([9007199254740993n, "😀,\n'\"", null], {
        position: 1,
        outcome: "failed",
        model: null,
        errorType: "fit-error",
        errorMessage: "é",
      }),
      row([null, null, null], { position: 2, firstTs: null, lastTs: null, interval: null }),
    ];
    expect(await decodeSegment(encodeSegment(columns, rows).content, "x")).toEqual(rows);
  });

  it("gives back the rows between two places, over the ends of blocks too", async () => {
    const rows = Array.from({ length: 600 }, (_, position) =>
      row([position, `é${position}`, position % 2 === 0 ? null : "2026-01-01"], {
        position,
        info: position % 3 === 0 ? `{"at":${position}}` : null,
        interval: position < 300 ? "P1D" : null,
        log: position === 500 ? "printed" : null,
      }),
    );
    const { content: bytes, ...counts } = encodeSegment(columns, rows);
    expect(counts).toEqual({ rows: 600, succeeded: 600, failed: 0 });
    expect(await decodeSegment(bytes, "x")).toEqual(rows);
    for (const [from, to] of [
      [0, 1],
      [255, 257],
      [300, 520],
      [512, 600],
    ] as const)
      expect(await decodeSegment(bytes, "x", { from, to })).toEqual(rows.slice(from, to));
  });

  it("writes the same bytes for the same rows", () => {
    const rows = [row([1, "a", null]), row([2, "b", null])];
    expect(encodeSegment(columns, rows)).toEqual(encodeSegment(columns, rows));
  });

  it("renames a key column that has the name of one of its own", () => {
    expect([segmentColumn("MODEL"), segmentColumn("STORE_ID")]).toEqual(["key_MODEL", "STORE_ID"]);
  });

  it("refuses a Parquet file of other columns, and keys that are none", async () => {
    const other = encodeColumns({ length: 1, columns: { X: { type: "number", values: Float64Array.of(1) } } });
    const wrong = encodeSegment(columns, [{ ...row([1, "a", null]), partitionKey: "?" }]).content;
    for (const bytes of [other, wrong])
      await expect(decodeSegment(bytes, "runs/r/s")).rejects.toMatchObject({
        kind: "corrupt",
        message: "runs/r/s is not a readable segment",
      });
  });

  it("says which file is not a segment", async () => {
    await expect(decodeSegment(new Uint8Array(100), "runs/r/segment.parquet")).rejects.toMatchObject({
      kind: "corrupt",
      message: "runs/r/segment.parquet is not a readable segment",
    });
  });
});
