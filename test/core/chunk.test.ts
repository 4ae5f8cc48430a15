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
          const sizes = ranges.map(({ start, end }) => end - start);
          const next = [0, ...ranges.map(({ end }) => end)];
          // One assertion a case: there are thousands of chunks in many.
          expect({
            inOrder: ranges.every(({ chunk, start }, i) => chunk === i + 1 && start === next[i]),
            end: next.at(-1),
            isEven: Math.max(...sizes) - Math.min(...sizes) <= 1,
            isFull: Math.min(...sizes) > 0,
          }).toEqual({ inOrder: true, end: partitions, isEven: true, isFull: true });
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
