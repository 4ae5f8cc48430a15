import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Chunking, splitIntoChunks } from "../../src/core/chunk.ts";

const two: Chunking = { chunks: "auto", workers: 2, mode: "tasks" };

describe("splitIntoChunks", () => {
  it("covers every partition once, in order, in sizes that differ by at most one", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.oneof(fc.constant("auto" as const), fc.integer({ min: 1, max: 5000 })),
        fc.integer({ min: 1, max: 64 }),
        fc.constantFrom("tasks" as const, "queue" as const),
        fc.boolean(),
        (partitions, chunks, workers, mode, isQuick) => {
          const ranges = splitIntoChunks(partitions, { chunks, workers, mode, isQuick });
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
    expect(splitIntoChunks(2000, { ...two, chunks: 50 })).toHaveLength(50);
    expect(splitIntoChunks(3, { ...two, chunks: 50 })).toHaveLength(3);
  });

  it("sizes automatically: 16 chunks per worker, none above 2,000 partitions", () => {
    expect(splitIntoChunks(2000, two)).toHaveLength(32);
    expect(splitIntoChunks(1_000_000, two)).toHaveLength(500);
  });

  it("makes chunks of at least 250 partitions where fits are quick", () => {
    const quick = { ...two, isQuick: true };
    expect(splitIntoChunks(10, quick)).toHaveLength(1);
    expect(splitIntoChunks(499, quick)).toHaveLength(1);
    expect(splitIntoChunks(2000, quick)).toHaveLength(8);
    expect(splitIntoChunks(1_000_000, quick)).toHaveLength(500);
    expect(splitIntoChunks(2000, { ...quick, chunks: 50 })).toHaveLength(50);
  });

  it("names a bad count", () => {
    for (const bad of [0, -1, 1.5, NaN])
      expect(() => splitIntoChunks(10, { ...two, chunks: bad })).toThrow(`chunks_per_job is ${bad}`);
  });
});
