import { stat } from "node:fs/promises";
import path from "node:path";
import { ManymodelError, messageOf } from "../../core/errors.ts";
import type { Snapshot } from "../../core/run.ts";
import type { StoredCheck } from "../../ports/integrity.ts";
import { unseal } from "../../stages/sealed.ts";
import type { Database } from "./database.ts";
import type { Folders } from "./folders.ts";
import { readSnapshot, snapshotFiles } from "./snapshot.ts";
import { snapshotFolders } from "./stored-items.ts";
import { TableStore } from "./table-store.ts";
import { findDamage, type StoredFile } from "./verified-files.ts";

/** The columns of the database that hold JSON. */
const JSON_COLUMNS = [
  ["runs", "manifest"],
  ["runs", "idx"],
  ["chunks", "segment"],
  ["versions", "record"],
  ["annotations", "value"],
  ["audit", "details"],
  ["tables", "columns"],
  ["parts", "columns"],
  ["exposed_runs", "key_columns"],
  ["exposed_runs", "segments"],
] as const;

/** Compares pinned rows and parts of tables with their checksums, and has SQLite check itself. */
export async function checkStored(db: Database, folders: Folders, snapshot?: Snapshot): Promise<StoredCheck> {
  const problems = checkDatabase(db, folders.database);
  const files = snapshot === undefined ? [] : await pinnedFiles(folders, snapshot);
  if (snapshot === undefined) {
    files.push(...new TableStore(db, folders.tables).files());
    for (const id of await snapshotFolders(folders)) {
      try {
        const record = await readSnapshot(path.join(folders.snapshots, id, "snapshot.json"));
        if (record !== undefined) files.push(...Object.values(snapshotFiles(folders.snapshots, record)));
      } catch (error) {
        if (!(error instanceof ManymodelError)) throw error;
        problems.push(messageOf(error));
      }
    }
  }
  let bytes = 0;
  for (const stored of files) {
    const damage = await findDamage(stored);
    if (damage !== undefined) problems.push(damage);
    bytes += (await sizeOf(stored.file)) ?? 0;
  }
  const unknown = files.filter(({ sha256 }) => sha256 === null).length;
  const notes = unknown === 0 ? [] : [`${unknown} files of an earlier version have no checksum, and were not compared`];
  return { files: files.length - unknown, bytes, problems, notes };
}

const sizeOf = (file: string) =>
  stat(file).then(
    ({ size }) => size,
    () => undefined,
  );

/** Returns the files of a run's snapshot, if garbage collection has left them. */
async function pinnedFiles(folders: Folders, snapshot: Snapshot): Promise<StoredFile[]> {
  const files = Object.values(snapshotFiles(folders.snapshots, snapshot));
  const sizes = await Promise.all(files.map(({ file }) => sizeOf(file)));
  return sizes.every((size) => size === undefined) ? [] : files;
}

function isDamaged(text: string): boolean {
  try {
    unseal(text, "");
    return false;
  } catch {
    return true;
  }
}

/** Lists the faults that SQLite finds in its file, and texts that are no longer JSON. */
function checkDatabase(db: Database, file: string): string[] {
  const mend = "restore it from a backup";
  try {
    const messages = db.prepare("PRAGMA integrity_check(5)").all() as { integrity_check: string }[];
    const broken = messages.filter(({ integrity_check: line }) => line !== "ok");
    if (broken.length > 0) return broken.map(({ integrity_check: line }) => `${file}: ${messageOf(line)}; ${mend}`);
    const lost = db.prepare("PRAGMA foreign_key_check").all() as { table: string }[];
    const problems = lost.map(({ table }) => `${file}: a row of ${table} refers to one that is not there; ${mend}`);
    for (const [table, column] of JSON_COLUMNS) {
      const rows = db.prepare(`SELECT ${column} AS text FROM ${table} WHERE ${column} IS NOT NULL`).all() as {
        text: string;
      }[];
      const damaged = rows.filter(({ text }) => isDamaged(text)).length;
      if (damaged > 0) problems.push(`${file}: ${damaged} values of ${table}.${column} are damaged; ${mend}`);
    }
    return problems;
  } catch (error) {
    return [`${file}: ${messageOf(error)}; ${mend}`];
  }
}
