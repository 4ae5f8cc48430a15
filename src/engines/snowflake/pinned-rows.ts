import type { Column } from "../../core/columns/column.ts";
import { storedColumn, storedKey } from "../../core/columns/stored-values.ts";
import { dropOldest } from "../../core/drop-oldest.ts";
import { encodeKey, type PartitionKey } from "../../core/partition-key.ts";
import type { PartitionRows } from "../../ports/source.ts";
import type { Stage } from "../../ports/stage.ts";
import { readRows } from "./read-rows.ts";
import type { PinnedSnapshot } from "./snapshot.ts";

/** A row of a block: its partition, its place in it, and its values. */
interface BlockRow {
  readonly p: number;
  readonly r: number;
  readonly values: readonly unknown[];
}

/** Blocks that are kept, decoded, for the next chunk. */
const BLOCKS_KEPT = 2;

/** Reads what a snapshot pinned: whole blocks from the stage, and nothing from a warehouse. */
export class PinnedRows {
  readonly #stage: Stage;
  readonly #pinned: PinnedSnapshot;
  #keys: Promise<readonly PartitionKey[]> | undefined;
  #ordinals: Promise<ReadonlyMap<string, number>> | undefined;
  readonly #blocks = new Map<number, Promise<readonly BlockRow[]>>();

  constructor(stage: Stage, pinned: PinnedSnapshot) {
    this.#stage = stage;
    this.#pinned = pinned;
  }

  /** Returns all keys, in order. */
  keys(): Promise<readonly PartitionKey[]> {
    return (this.#keys ??= this.#readKeys());
  }

  /** Returns for each key its partition's number, or -1. */
  async locate(keys: readonly PartitionKey[]): Promise<Int32Array> {
    const { keyColumns } = this.#pinned.snapshot;
    this.#ordinals ??= this.keys().then((all) => new Map(all.map((key, p) => [encodeKey(keyColumns, key), p])));
    const ordinals = await this.#ordinals;
    return Int32Array.from(keys, (key) => ordinals.get(encodeKey(keyColumns, key)) ?? -1);
  }

  /** Returns the rows of partitions, in the order asked for. */
  async read(ordinals: readonly number[]): Promise<PartitionRows> {
    const { columns } = this.#pinned.snapshot;
    const { partitionsPerBlock } = this.#pinned.files;
    const byPartition = new Map<number, BlockRow[]>(ordinals.filter((p) => p >= 0).map((p) => [p, []]));
    for (const block of new Set([...byPartition.keys()].map((p) => Math.floor(p / partitionsPerBlock))))
      for (const row of await this.#block(block)) byPartition.get(row.p)?.push(row);
    const rows: BlockRow[] = [];
    const offsets = new Int32Array(ordinals.length + 1);
    ordinals.forEach((p, i) => {
      rows.push(...(byPartition.get(p)?.sort((a, b) => a.r - b.r) ?? []));
      offsets[i + 1] = rows.length;
    });
    const data = columns.map(({ name, type }, c): [string, Column] => [
      name,
      storedColumn(
        type,
        rows.map(({ values }) => values[c]),
      ),
    ]);
    return { batch: { length: rows.length, columns: Object.fromEntries(data) }, offsets };
  }

  #block(n: number): Promise<readonly BlockRow[]> {
    const block = this.#blocks.get(n) ?? this.#readBlock(n);
    this.#blocks.delete(n);
    this.#blocks.set(n, block);
    dropOldest(this.#blocks, BLOCKS_KEPT);
    return block;
  }

  async #readBlock(n: number): Promise<BlockRow[]> {
    const { snapshot, files } = this.#pinned;
    const rows: BlockRow[] = [];
    for (const path of files.blocks[n] ?? [])
      for (const row of await readRows(this.#stage, path))
        rows.push({ p: Number(row.P), r: Number(row.R), values: snapshot.columns.map((_, c) => row[`C${c}`]) });
    return rows;
  }

  async #readKeys(): Promise<PartitionKey[]> {
    const { snapshot, files } = this.#pinned;
    if (snapshot.partitions === 0) return [];
    const keys = new Array<PartitionKey>(snapshot.partitions);
    for (const row of await readRows(this.#stage, files.keys))
      keys[Number(row.P)] = snapshot.keyColumns.map((column, i) => storedKey(column, row[`K${i}`]));
    return keys;
  }
}
