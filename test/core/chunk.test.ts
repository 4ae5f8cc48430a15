import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitIntoChunks } from "../../src/core/chunk.ts";

describe("splitIntoChunks", () => {
  it("covers every partition once, in order, in sizes that differ by at most one", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.oneof(fc.constant("auto" as const), fc.integer({ min: 1, max: 5000 })),
        fc.integer({ min: 1, max: 64 }),
        (partitions, chunks, workers) => {
          const ranges = splitIntoChunks(partitions, chunks, workers);
          expect(ranges[0]!.start).toBe(0);
          expect(ranges.at(-1)!.end).toBe(partitions);
          ranges.forEach((range, i) => {
            expect(range.chunk).toBe(i + 1);
            if (i > 0) expect(range.start).toBe(ranges[i - 1]!.end);
          });
          const sizes = ranges.map(({ start, end }) => end - start);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          expect(Math.min(...sizes)).toBeGreaterThan(0);
        },
      ),
    );
  });

  it("makes as many chunks as asked, never more than partitions", () => {
    expect(splitIntoChunks(2000, 50, 2)).toHaveLength(50);
    expect(splitIntoChunks(3, 50, 2)).toHaveLength(3);
  });

  it("sizes automatically: 16 chunks per worker, none above 2,000 partitions", () => {
    expect(splitIntoChunks(2000, "auto", 2)).toHaveLength(32);
    expect(splitIntoChunks(1_000_000, "auto", 2)).toHaveLength(500);
  });

  it("names a bad count", () => {
    for (const bad of [0, -1, 1.5, NaN]) expect(() => splitIntoChunks(10, bad, 1)).toThrow(`chunks_per_job is ${bad}`);
  });
});
