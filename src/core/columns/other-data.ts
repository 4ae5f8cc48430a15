/** The data that a run, or a version, trained a partition on. */
export interface TrainedOn {
  readonly partitionKey: string;
  /** Checksums of the data, or other numbers that tell them apart. */
  readonly data: readonly [a: string | number | null, b: string | number | null];
}

/**
 * Explains why the errors of partitions cannot be compared between A and B: other data mean other holdouts. Null where
 * they can.
 */
export function otherData(a: string, b: string, partitions: Iterable<TrainedOn>): string | null {
  let [all, differ, first] = [0, 0, ""];
  for (const partition of partitions) {
    all++;
    if (partition.data[0] === partition.data[1]) continue;
    if (differ++ === 0) first = partition.partitionKey;
  }
  if (differ === 0) return null;
  const subject = all === 1 ? `partition ${first} was` : `${differ} of ${all} partitions (the first: ${first}) were`;
  return `${subject} trained on other data in ${b} than in ${a}, so their errors cannot be compared; train both on the same data`;
}
