import { expect, it } from "vitest";
import { lapsedLease, lapsedLeaseSql, queueCounts } from "../../src/core/queue-counts.ts";

it("counts the partitions that failed in finished chunks, and those of chunks that failed", () => {
  const counts = queueCounts([
    { state: "finished", chunks: 2, partitions: 20, failed: 3 },
    { state: "failed", chunks: 1, partitions: 10, failed: null },
    { state: "skipped", chunks: 1, partitions: 5, failed: null },
    { state: "waiting", chunks: 1, partitions: 7, failed: null },
    { state: "finished", chunks: 1, partitions: 4, failed: 1 },
  ]);
  expect(counts).toEqual({
    chunks: { waiting: 1, available: 0, leased: 0, finished: 3, failed: 1, skipped: 1 },
    partitions: 46,
    partitionsFinished: 24,
    partitionsFailed: 14,
    partitionsSkipped: 5,
  });
});

it("says the same of a lapsed lease in SQL as elsewhere", () => {
  expect(lapsedLeaseSql("worker")).toBe("'its lease lapsed: ' || worker || ' was lost or too slow'");
  expect(lapsedLease("A")).toBe("its lease lapsed: A was lost or too slow");
});
