import { mkdirSync } from "node:fs";
import path from "node:path";
import { ManymodelError, messageOf } from "../../core/errors.ts";

/** The folders of a workspace. */
export interface Folders {
  readonly root: string;
  readonly database: string;
  readonly tables: string;
  readonly snapshots: string;
  readonly stage: string;
  /** The folder that DuckDB spills to; each instance has one of its own. */
  readonly temporary: string;
}

/**
 * Returns the folders of a workspace, created where they are missing. A stage in a directory elsewhere is there for
 * other machines to read, and so are the snapshots, which are put on it.
 *
 * @throws {ManymodelError} `config` if they cannot be created
 */
export function openFolders(root: string, stage = path.join(root, "stage")): Folders {
  const within = (name: string) => path.join(root, name);
  const snapshots = stage === within("stage") ? within("snapshots") : path.join(stage, "snapshots");
  const folders = { root, tables: within("tables"), snapshots, stage, temporary: within("tmp") };
  try {
    for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new ManymodelError("config", `cannot use the workspace ${root}: ${messageOf(cause)}`, { cause });
  }
  return { ...folders, database: path.join(root, "manymodel.db") };
}
