import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { StoredItem } from "../../ports/tables.ts";
import type { Database } from "./database.ts";
import type { Folders } from "./folders.ts";

/** The snapshots, and the files of tables that no table has: parts not published yet, or of a process that was killed. */
export async function storedItems(db: Database, { snapshots, tables }: Folders): Promise<StoredItem[]> {
  const items: StoredItem[] = [];
  for (const id of await readdir(snapshots)) items.push(await item("snapshot", id, path.join(snapshots, id)));
  const published = new Set((db.prepare("SELECT id FROM parts").all() as { id: string }[]).map(({ id }) => id));
  for (const table of await readdir(tables))
    for (const file of await readdir(path.join(tables, table)))
      if (!published.has(path.parse(file).name))
        items.push(await item("part", `${table}/${file}`, path.join(tables, table, file)));
  return items;
}

/** Deletes what `storedItems` found. */
export async function eraseItems({ snapshots, tables }: Folders, items: readonly StoredItem[]): Promise<void> {
  for (const { kind, id } of items)
    await rm(path.join(kind === "snapshot" ? snapshots : tables, id), { recursive: true, force: true });
}

async function item(kind: StoredItem["kind"], id: string, place: string): Promise<StoredItem> {
  const { mtimeMs, size } = await stat(place);
  const inside = kind === "snapshot" ? await readdir(place) : [];
  const sizes = await Promise.all(inside.map(async (file) => (await stat(path.join(place, file))).size));
  return { kind, id, bytes: inside.length > 0 ? sizes.reduce((a, b) => a + b, 0) : size, ageMs: Date.now() - mtimeMs };
}
