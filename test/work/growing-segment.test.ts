import { expect, it } from "vitest";
import type { KeyColumn } from "../../src/core/partition-key.ts";
import { decodeSegment } from "../../src/core/segment.ts";
import { GrowingSegment } from "../../src/work/growing-segment.ts";
import { failedOutcome, takeLateFailure } from "../../src/work/train-partition.ts";

const KEY_COLUMNS: KeyColumn[] = [{ name: "N", type: "integer" }];

it("has what failed late, even long after it was encoded", async () => {
  const rows = Array.from({ length: 600 }, (_, position) => ({
    ...failedOutcome({ position, partitionKey: `i:${position}`, seed: position, attempt: 1 }, "no-data", ""),
    ...{ outcome: "succeeded" as const, errorType: null, errorMessage: null },
    ...{ modelKind: "mean", model: '{"kind":"mean"}', forecast: position === 599 ? "[-1]" : "[1e-7]" },
  }));
  const segment = new GrowingSegment(KEY_COLUMNS);
  for (const [i, row] of rows.entries()) {
    segment.add(row);
    // One of the second block fails when a third one is begun.
    if (i !== 550) continue;
    takeLateFailure(rows[300]!, new Error("too late"));
    segment.failLate(rows[300]!);
  }
  const { content, ...counts } = await segment.finish();
  expect(counts).toEqual({ rows: 600, succeeded: 599, failed: 1, belowZero: 1 });
  const read = await decodeSegment(content, "x");
  expect(read).toEqual(rows);
  expect(read[300]!.errorMessage).toMatch(/^too late/);
});
