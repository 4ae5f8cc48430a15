import type { StoredItem } from "../../ports/leftovers.ts";
import type { Stage } from "../../ports/stage.ts";
import type { Names } from "./names.ts";
import { readRow, type Session } from "./session.ts";
import { readRecord, snapshotFolder, snapshotRecord } from "./snapshot.ts";
import { IMPORT, importStatements } from "./sql/import.ts";
import { scoresFolder } from "./sql/inference.ts";
import { FACTS } from "./sql/session.ts";
import { snapshotStatements } from "./sql/snapshot.ts";
import { stageStatements } from "./sql/stage.ts";
import { tableStatements } from "./sql/tables.ts";

/**
 * Returns snapshots, parts that nobody published, imports that were not ended, what inference jobs gave, and values that were to be
 * compared with. A snapshot is there as long as any of it is: its record, files of the stage, or a table; so what a process
 * left that was ended while pinning is found too, and by itself where another has pinned the same rows since. As old as an item is its newest piece, on the account's clock.
 */
export async function storedItems(session: Session, names: Names, stage: Stage): Promise<StoredItem[]> {
  const items = new Map<string, StoredItem>();
  const add = (kind: StoredItem["kind"], id: string, bytes: number, ageMs: number) => {
    const before = items.get(`${kind} ${id}`) ?? { bytes: 0, ageMs: Infinity };
    items.set(`${kind} ${id}`, { kind, id, bytes: before.bytes + bytes, ageMs: Math.min(before.ageMs, ageMs) });
  };
  const [, clock] = await readRow(session, FACTS);
  const now = Number(clock);
  const files = async (prefix: string) =>
    (await session.rows(stageStatements(names).list(prefix))).map(([name, size, , modified]) => ({
      path: String(name).slice(String(name).indexOf("/") + 1),
      bytes: Number(size),
      ageMs: now - Date.parse(String(modified)),
    }));
  const pieces: { readonly table: string | undefined; readonly id: string; bytes: number; ageMs: number }[] = [];
  for (const { path, bytes, ageMs } of await files("snapshots/")) {
    const [, id, table] = path.split("/") as [string, string, string];
    pieces.push({ id, table: path === snapshotRecord(id) ? undefined : table, bytes, ageMs });
  }
  for (const [table, bytes, ageMs] of await session.rows(snapshotStatements(names).tables, [names.schemaName]))
    pieces.push({ ...ofTable(String(table)), bytes: Number(bytes), ageMs: Number(ageMs) });
  const pinned = await pinnedTables(stage, pieces);
  for (const { id, table, bytes, ageMs } of pieces) {
    const stray = table !== undefined && (pinned.get(id) ?? table) !== table;
    if (stray) add("temporary", snapshotPiece(id, table), bytes, ageMs);
    else add("snapshot", id, bytes, ageMs);
  }
  for (const { path, bytes, ageMs } of await files("tables/")) add("part", path.slice("tables/".length), bytes, ageMs);
  for (const { path, bytes, ageMs } of await files("scores/"))
    add("temporary", scoresFolder(path.replace(/^scores\/([^/]*).*$/s, "$1")), bytes, ageMs);
  for (const [id, ageMs] of await session.rows(tableStatements(names).wantedIds))
    add("temporary", String(id), 0, Number(ageMs));
  for (const [table, bytes, ageMs] of await session.rows(importStatements(names).unfinished, [names.schemaName]))
    add("temporary", String(table), Number(bytes), Number(ageMs));
  for (const { path, bytes, ageMs } of await files("imports/")) add("temporary", path, bytes, ageMs);
  return [...items.values()];
}

/** Returns a snapshot's table, and the folder of its files, by the end of its name. */
const ofTable = (table: string) => ({ id: table.replace(/_.*$/s, ""), table });
const snapshotPiece = (id: string, table: string) => `${snapshotFolder(id)}/${table}`;

/** Returns the table that a snapshot's record names, of those that were pinned more than once. */
async function pinnedTables(
  stage: Stage,
  pieces: readonly { readonly id: string; readonly table: string | undefined }[],
): Promise<ReadonlyMap<string, string>> {
  const tables = new Map<string, Set<string>>();
  for (const { id, table } of pieces) if (table !== undefined) tables.set(id, (tables.get(id) ?? new Set()).add(table));
  const pinned = new Map<string, string>();
  for (const [id, { size }] of tables) {
    const record = size > 1 ? await readRecord(stage, id) : undefined;
    if (record !== undefined) pinned.set(id, record.files.table);
  }
  return pinned;
}

async function eraseTemporary(session: Session, names: Names, stage: Stage, id: string): Promise<void> {
  const piece = /^snapshots\/[^/]+\/(.+)$/.exec(id)?.[1];
  if (piece !== undefined) {
    await session.rows(snapshotStatements(names).drop(piece));
    await stage.remove(`${id}/`);
  } else if (id.startsWith(IMPORT)) await session.rows(importStatements(names).drop(id));
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
