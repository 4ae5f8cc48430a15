import { decodeKey } from "../core/partition-key.ts";

/** An encoded partition key as people read it: its values, joined by commas. Not unique; links carry the encoded key. */
export function keyLabel(partitionKey: string): string {
  return decodeKey(partitionKey)
    .key.map((value) => (value === null ? "NULL" : String(value)))
    .join(", ");
}
