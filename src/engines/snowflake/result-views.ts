import type { KeyColumn } from "../../core/partition-key.ts";
import { segmentColumn } from "../../core/segment.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { type ExposedKey, KEY_TYPES, type StoredKey, storedAs, storedKey, viewStatements } from "./sql/result-views.ts";
import { TABLES } from "./sql/setup.ts";
import { tableStatements } from "./sql/tables.ts";

/**
 * Returns a run's key columns by the names that the result views show them under: in capitals, so that SQL needs no
 * quotes.
 */
export function exposedKeys(keyColumns: readonly KeyColumn[]): ExposedKey[] {
  return keyColumns.map(({ name, type }) => ({ name: name.toUpperCase(), type, field: segmentColumn(name) }));
}

/** Gives the model store columns for keys where it lacks them, and has the views show those of all runs. */
export async function showKeys(session: Session, names: Names, keys: readonly StoredKey[]): Promise<void> {
  const sql = tableStatements(names);
  const stored = async () => {
    const columns = await session.rows(sql.columns(names.database), [names.schemaName, TABLES.modelStore]);
    return columns.flatMap(([, column]) => storedKey(String(column)) ?? []);
  };
  let keyColumns = await stored();
  const lacking = keys.filter((key) => !keyColumns.some((one) => storedAs(one) === storedAs(key)));
  if (lacking.length === 0) return;
  for (const key of lacking) await session.rows(sql.addKey(storedAs(key), KEY_TYPES[key.type]));
  // Somebody may be showing other keys: whoever sees more than was shown shows them all.
  for (let width = -1; width !== keyColumns.length; ) {
    keyColumns = await stored();
    for (const text of viewStatements(names, keyColumns)) await session.rows(text);
    width = keyColumns.length;
    keyColumns = await stored();
  }
}
