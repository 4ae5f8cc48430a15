import type { Dirent } from "node:fs";
import { lstat, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { StoredItem } from "../../ports/leftovers.ts";
import type { Database } from "./database.ts";
import type { Folders } from "./folders.ts";

/** The folder of each kind of item, and the path below it that names one. */
const PLACES = { snapshot: "snapshots", part: "tables", temporary: "root" } as const;

/**
 * Returns the snapshots; the files of tables that no table has, which are parts not published yet or of a process that
 * was killed; and temporary files: DuckDB's folders to spill to, and files of the stage that are not whole yet.
 */
export async function storedItems(db: Database, folders: Folders): Promise<StoredItem[]> {
  const { root, snapshots, tables, stage, temporary } = folders;
  const items: Promise<StoredItem | undefined>[] = [];
  for (const { name } of (await entries(snapshots)).filter((entry) => entry.isDirectory()))
    items.push(item(folders, "snapshot", name));
  const published = new Set((db.prepare("SELECT id FROM parts").all() as { id: string }[]).map(({ id }) => id));
  for (const table of (await entries(tables)).filter((entry) => entry.isDirectory()))
    for (const { name } of (await entries(path.join(tables, table.name))).filter(isPart))
      if (!published.has(path.parse(name).name)) items.push(item(folders, "part", path.join(table.name, name)));
  for (const entry of [...(await entries(temporary)), ...(await entries(stage, true)).filter(isUnfinished)])
    items.push(item(folders, "temporary", path.relative(root, path.join(entry.parentPath, entry.name))));
  return (await Promise.all(items)).filter((entry) => entry !== undefined);
}

/** Returns the ids of the snapshots that are whole. */
export async function snapshotFolders({ snapshots }: Pick<Folders, "snapshots">): Promise<string[]> {
  const folders = await entries(snapshots);
  return folders.filter((entry) => entry.isDirectory() && /^[0-9a-f]{24}$/.test(entry.name)).map(({ name }) => name);
}

/** Deletes what `storedItems` found. */
export async function eraseItems(folders: Folders, items: readonly StoredItem[]): Promise<void> {
  for (const { kind, id } of items) await rm(path.join(folders[PLACES[kind]], id), { recursive: true, force: true });
}

function entries(folder: string, recursive = false): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true, recursive });
}

/** Tells whether a file is named as `newPart` and `writeWhole` name parts. Links and other files are not the workspace's. */
const isPart = (entry: Dirent) =>
  entry.isFile() && /^\.?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(parquet|tmp)$/.test(entry.name);

/** Tells whether a file is named as `writeWhole` names it until it is complete. */
const isUnfinished = (entry: Dirent) => entry.isFile() && /^\..*\.tmp$/.test(entry.name);

/** Returns an item with its size and age; undefined if it is gone meanwhile. */
async function item(folders: Folders, kind: StoredItem["kind"], id: string): Promise<StoredItem | undefined> {
  const place = path.join(folders[PLACES[kind]], id);
  const stats = await lstat(place).catch(() => undefined);
  if (stats === undefined) return undefined;
  const inside = stats.isDirectory() ? (await entries(place, true)).filter((entry) => entry.isFile()) : [];
  const files = inside.map(({ parentPath, name }) => stat(path.join(parentPath, name)).catch(() => ({ size: 0 })));
  const sizes = (await Promise.all(files)).map(({ size }) => size);
  const bytes = stats.isDirectory() ? sizes.reduce((a, b) => a + b, 0) : stats.size;
  return { kind, id, bytes, ageMs: Date.now() - stats.mtimeMs };
}
