/**
 * An item that the engine stores and that is not a row of a table: a pinned snapshot, an unpublished part, or a
 * temporary file that a process may have left behind.
 */
export interface StoredItem {
  readonly kind: "snapshot" | "part" | "temporary";
  /** The id of a snapshot, or the item's name. */
  readonly id: string;
  readonly bytes: number;
  /** Milliseconds since it was written. */
  readonly ageMs: number;
}

/** Finds and deletes stored data that no table shows. Every engine passes `src/contract/leftovers.ts`. */
export interface Leftovers {
  /** Returns the pinned snapshots and unpublished parts. */
  stored(): Promise<StoredItem[]>;
  /** Deletes pinned snapshots and unpublished parts. */
  erase(items: readonly StoredItem[]): Promise<void>;
}
