import type { IndexedSegment, ModelIndex } from "../core/artifact.ts";
import { ManymodelError } from "../core/errors.ts";
import { encodeKeyIndex, findKey } from "../core/key-index.ts";
import { rowSelector } from "../core/selection.ts";
import type { Stage } from "../ports/stage.ts";
import { getVerified } from "../stages/checksum.ts";
import { blockStart, type IndexedRow, segmentBlock, segmentRows } from "./read-index.ts";

/** A place where a partition's row may be. Only the row's own key tells whether it is there. */
export interface Place {
  readonly segment: IndexedSegment;
  readonly at: number;
}

/** Finds partitions of a run or a version by their keys, without reading the segments they are not in. */
export interface PartitionFinder {
  /**
   * Returns the places where the row of an encoded key may be, the likeliest first; empty if the index has no such
   * partition.
   */
  places(partitionKey: string): Place[];
  /** Returns the row of an encoded key, or undefined. Decodes only the block of rows that it is in. */
  row(partitionKey: string): Promise<(Place & IndexedRow) | undefined>;
}

/** Opens the key indexes of an index's sources. @throws {ManymodelError} `corrupt` if one of them was changed */
export async function openFinder(stage: Stage, { sources, segments }: ModelIndex): Promise<PartitionFinder> {
  const parts = sources.map(({ keyIndex }, source) => {
    const ofSource = segments.filter((segment) => segment.source === source);
    return { keyIndex, own: ofSource, byChunk: new Map(ofSource.map((segment) => [segment.chunk, segment])) };
  });
  const opened = await Promise.all(
    parts.map(async ({ keyIndex, own, byChunk }) => ({
      bytes: own.length === 0 ? encodeKeyIndex([]) : await readKeys(stage, keyIndex, own),
      path: keyIndex?.path ?? "the index of keys",
      byChunk,
    })),
  );
  const selectors = new Map<IndexedSegment, (row: number) => boolean>();
  const isSelected = (segment: IndexedSegment, row: number) => {
    const selector = selectors.get(segment) ?? rowSelector(segment.select);
    selectors.set(segment, selector);
    return selector(row);
  };
  const places = (key: string) =>
    opened.flatMap(({ bytes, path, byChunk }) => {
      const line = findKey(bytes, key);
      if (line === undefined) throw new ManymodelError("corrupt", `${path} is not a readable index of keys`);
      return line.flatMap(({ chunk, row }) => {
        const segment = byChunk.get(chunk);
        return segment !== undefined && isSelected(segment, row) ? [{ segment, at: row }] : [];
      });
    });
  return {
    places,
    async row(key) {
      for (const { segment, at } of places(key)) {
        const { start, rows } = await segmentBlock(stage, segment, blockStart(at));
        const row = rows[at - start];
        if (row?.partitionKey === key) return { row, segment, at };
      }
      return undefined;
    },
  };
}

/** Returns the bytes of a key index; made from the segments where there is none. */
async function readKeys(
  stage: Stage,
  keyIndex: { readonly path: string; readonly sha256: string } | undefined,
  segments: readonly IndexedSegment[],
): Promise<Uint8Array> {
  if (keyIndex !== undefined)
    return getVerified(stage, keyIndex.path, keyIndex.sha256, "it was written; its checksum differs");
  const keys = segments.map(async (segment) => {
    const { select: _, ...whole } = segment;
    const rows = await segmentRows(stage, whole, { summary: true });
    return { chunk: segment.chunk, keys: rows.map(({ row }) => row.partitionKey) };
  });
  return encodeKeyIndex(await Promise.all(keys));
}
