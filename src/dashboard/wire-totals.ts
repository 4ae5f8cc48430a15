/** The messages of groups and totals. See `wire.ts`. */
/** Partitions with one value of an attribute. Errors and sizes are means of a step, added up over partitions. */
export interface GroupLine {
  readonly value: string | null;
  readonly partitions: number;
  readonly failed: number;
  /** Partitions whose error was measured on a holdout. */
  readonly scored: number;
  /** In percent. */
  readonly wape: number | null;
  readonly lostUnits: number | null;
  readonly lostValue: number | null;
  /** The mean size of the observations held out. */
  readonly units: number | null;
}

/** The partitions of a run rolled up by an attribute. */
export interface RunGroups {
  readonly by: string;
  readonly groups: readonly GroupLine[];
}
