import type { PartitionOutcome } from "../core/artifact.ts";
import type { KeyColumn } from "../core/partition-key.ts";
import { decodeSegment, type EncodedSegment, encodeSegment, SegmentWriter } from "../core/segment.ts";

/** Whoever takes the outcomes of partitions, in the order of their positions. */
export interface OutcomeTaker {
  add(row: PartitionOutcome): void;
  /** Takes a row that may have been added already, and has failed since. */
  failLate?(row: PartitionOutcome): void;
}

/**
 * The segment of a chunk that is being trained. An outcome is encoded soon after it was added, and kept no longer: thousands of
 * them, with their texts, would be copied by every collection of garbage until the chunk ends.
 */
export class GrowingSegment implements OutcomeTaker {
  readonly #keyColumns: readonly KeyColumn[];
  readonly #writer: SegmentWriter;
  readonly #late = new Map<number, PartitionOutcome>();

  constructor(keyColumns: readonly KeyColumn[]) {
    this.#keyColumns = keyColumns;
    this.#writer = new SegmentWriter(keyColumns);
  }

  add(row: PartitionOutcome): void {
    this.#writer.add(row);
  }

  failLate(row: PartitionOutcome): void {
    this.#late.set(row.position, row);
  }

  /** Returns the segment. If rows have failed late, it is read back, and written again with these. */
  async finish(): Promise<EncodedSegment> {
    const segment = this.#writer.finish();
    if (this.#late.size === 0) return segment;
    const rows = await decodeSegment(segment.content, "the segment in memory");
    return encodeSegment(
      this.#keyColumns,
      rows.map((row) => this.#late.get(row.position) ?? row),
    );
  }
}
