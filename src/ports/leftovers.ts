/**
 * Something the engine keeps that is not a row of a table: a pinned snapshot, a part that nobody published, or what a
 * process writes for the time being and may have left behind.
 */
export interface StoredItem {
  readonly kind: "snapshot" | "part" | "temporary";
  /** The snapshot's id, or the name of the others. */
  readonly id: string;
  readonly bytes: number;
  /** Milliseconds since it was written. */
  readonly ageMs: number;
}

/** Finds and deletes what no table shows. Every engine passes `src/contract/leftovers.ts`. */
export interface Leftovers {
  /** Returns the pinned snapshots and unpublished parts there are. */
  stored(): Promise<StoredItem[]>;
  /** Deletes pinned snapshots and unpublished parts. */
  erase(items: readonly StoredItem[]): Promise<void>;
}
