import { at } from "../core/aligned.ts";
import type { KeyColumn, PartitionKey } from "../core/partition-key.ts";
import type { KeyArgument } from "./define-model.ts";

/** Returns the key as a loop and a body see it: a value, or an object of column name to value for a composite key. */
export function keyArgument(columns: readonly KeyColumn[], key: PartitionKey): KeyArgument {
  return columns.length === 1 ? at(key, 0) : Object.fromEntries(columns.map(({ name }, i) => [name, at(key, i)]));
}
