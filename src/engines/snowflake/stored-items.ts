import type { Stage } from "../../ports/stage.ts";
import type { StoredItem } from "../../ports/tables.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { snapshotFolder } from "./snapshot.ts";
import { IMPORT, importStatements } from "./sql/import.ts";
import { scoresFolder } from "./sql/inference.ts";
import { FACTS } from "./sql/session.ts";
import { snapshotStatements } from "./sql/snapshot.ts";
import { stageStatements } from "./sql/stage.ts";
import { tableStatements } from "./sql/tables.ts";

/**
 * Snapshots, parts that nobody published, imports that were not ended, what inference jobs gave, and values that were to be
 * compared with. A snapshot is there as long as any of it is: its record, files of the stage, or a table; so what a process
 * left that was ended while pinning is found too. As old as an item is its newest piece, on the account's clock.
 */
export async function storedItems(session: Session, names: Names): Promise<StoredItem[]> {
  const items = new Map<string, StoredItem>();
  const add = (kind: StoredItem["kind"], id: string, bytes: number, ageMs: number) => {
    const known = items.get(`${kind} ${id}`) ?? { bytes: 0, ageMs: Infinity };
    items.set(`${kind} ${id}`, { kind, id, bytes: known.bytes + bytes, ageMs: Math.min(known.ageMs, ageMs) });
  };
  const now = Number((await session.rows(FACTS))[0]![1]);
  const files = async (prefix: string) =>
    (await session.rows(stageStatements(names).list(prefix))).map(([name, size, , modified]) => ({
      path: String(name).slice(String(name).indexOf("/") + 1),
      bytes: Number(size),
      ageMs: now - Date.parse(String(modified)),
    }));
  for (const { path, bytes, ageMs } of await files("snapshots/")) add("snapshot", path.split("/")[1]!, bytes, ageMs);
  for (const [table, bytes, ageMs] of await session.rows(snapshotStatements(names).tables, [names.schemaName]))
    add("snapshot", String(table).split("_")[0]!, Number(bytes), Number(ageMs));
  for (const { path, bytes, ageMs } of await files("tables/")) add("part", path.slice("tables/".length), bytes, ageMs);
  for (const { path, bytes, ageMs } of await files("scores/"))
    add("temporary", scoresFolder(path.split("/")[1]!), bytes, ageMs);
  for (const [id, ageMs] of await session.rows(tableStatements(names).wantedIds))
    add("temporary", String(id), 0, Number(ageMs));
  for (const [table, bytes, ageMs] of await session.rows(importStatements(names).unfinished, [names.schemaName]))
    add("temporary", String(table), Number(bytes), Number(ageMs));
  for (const { path, bytes, ageMs } of await files("imports/")) add("temporary", path, bytes, ageMs);
  return [...items.values()];
}

async function eraseTemporary(session: Session, names: Names, stage: Stage, id: string): Promise<void> {
  if (id.startsWith(IMPORT)) await session.rows(importStatements(names).drop(id));
  else if (/^(imports|scores)\//.test(id)) await stage.remove(id);
  else await session.change(tableStatements(names).forgetWanted, [id]);
}

/** Deletes items, a snapshot's tables before its files: ended in the middle, it is still listed, and can be erased again. */
export async function eraseItems(
  session: Session,
  names: Names,
  stage: Stage,
  items: readonly StoredItem[],
): Promise<void> {
  const sql = snapshotStatements(names);
  const tables = items.some(({ kind }) => kind === "snapshot")
    ? await session.rows(sql.tables, [names.schemaName])
    : [];
  for (const { kind, id } of items) {
    if (kind === "temporary") await eraseTemporary(session, names, stage, id);
    else if (kind === "part") await stage.remove(`tables/${id}`);
    else {
      for (const [table] of tables) if (String(table).startsWith(`${id}_`)) await session.rows(sql.drop(String(table)));
      await stage.remove(`${snapshotFolder(id)}/`);
    }
  }
}
