import { at, zip } from "../core/aligned.ts";
import type { KeyColumn, PartitionKey } from "../core/partition-key.ts";
import type { KeyArgument } from "./define-model.ts";

/** The key as a loop and a body see it: a value, or an object of column name to value for a composite key. */
export function keyArgument(columns: readonly KeyColumn[], key: PartitionKey): KeyArgument {
  if (columns.length === 1) return at(key, 0);
  const names = columns.map(({ name }) => name);
  return Object.fromEntries(zip(names, key));
}
