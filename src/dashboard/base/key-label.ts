import { decodeKey, type PartitionKey } from "../../core/partition-key.ts";

/** Returns a partition key as people read it: its values, joined by commas. Not unique; links carry the encoded key. */
export function labelOf(key: PartitionKey): string {
  return key.length === 1 && typeof key[0] === "string"
    ? key[0]
    : key.map((value) => (value === null ? "NULL" : String(value))).join(", ");
}

/** Returns an encoded partition key as people read it. */
export function keyLabel(partitionKey: string): string {
  return labelOf(decodeKey(partitionKey).key);
}
