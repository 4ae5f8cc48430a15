import { mkdirSync } from "node:fs";
import path from "node:path";
import { ManymodelError, messageOf } from "../../core/errors.ts";

/** Where a workspace keeps what. */
export interface Folders {
  readonly root: string;
  readonly database: string;
  readonly tables: string;
  readonly snapshots: string;
  readonly stage: string;
  /** Where DuckDB spills to; each instance to a folder of its own. */
  readonly temporary: string;
}

/** The folders of a workspace, created where they are missing. @throws {ManymodelError} `config` if they cannot be */
export function openFolders(root: string): Folders {
  const [tables, snapshots, stage, temporary] = ["tables", "snapshots", "stage", "tmp"].map((name) =>
    path.join(root, name),
  );
  const folders = { root, tables: tables!, snapshots: snapshots!, stage: stage!, temporary: temporary! };
  try {
    for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new ManymodelError("config", `cannot use the workspace ${root}: ${messageOf(cause)}`, { cause });
  }
  return { ...folders, database: path.join(root, "manymodel.db") };
}
