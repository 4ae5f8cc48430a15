import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import path from "node:path";
import { pipeline as pipe } from "node:stream/promises";
import { ManymodelError } from "../../core/errors.ts";
import { findJson, putJson } from "../../stages/json.ts";
import { listFiles } from "../../stages/list-files.ts";
import type { WorkspaceTables } from "../nouns/workspace-tables.ts";
import type { Workspace } from "../workspace.ts";

/** A workspace with its tables. */
export interface TablesWorkspace extends Workspace {
  readonly tables: WorkspaceTables;
}

/** A file of a night, and what it holds. */
export interface FeedFile {
  /** Its path from the configuration's directory. */
  readonly name: string;
  readonly sha256: string;
}

/** The outcome of an import of new files. */
export interface NewRows {
  readonly table: string;
  /** The files that were imported. */
  readonly files: readonly string[];
  readonly rows: number;
  readonly replaced: number;
}

/** The files that were imported into each table, by their names: their checksums. */
interface Imported {
  readonly [table: string]: { readonly [name: string]: string } | undefined;
}

const IMPORTED = "pipeline/imported.json";

/**
 * Lists the files that names and patterns mean (see `listFiles`), in the order of their names, with their checksums.
 *
 * @throws {ManymodelError} `not-found` if a pattern or a name means none
 */
export async function listFeed(directory: string, patterns: readonly string[]): Promise<FeedFile[]> {
  const names = new Set<string>();
  for (const pattern of patterns) {
    const paths = await listFiles(path.resolve(directory, pattern));
    if (paths.length === 0)
      throw new ManymodelError(
        "not-found",
        `pipeline.import: no file matches ${pattern} in ${directory}; check whether the feed has arrived`,
      );
    for (const file of paths) names.add(path.isAbsolute(pattern) ? file : path.relative(directory, file));
  }
  const files: FeedFile[] = [];
  for (const name of [...names].sort()) files.push({ name, sha256: await checksumOf(path.resolve(directory, name)) });
  return files;
}

/**
 * Appends files to a table, each that was not imported before or has changed since, in the order of their names. A file that was
 * imported is noted at once, so that an interrupted import continues with the next one.
 *
 * @param again - import all of them
 */
export async function importNew(mm: TablesWorkspace, files: readonly FeedFile[], again: boolean): Promise<NewRows> {
  const { config, engine, tables } = mm;
  const table = feedTable(mm);
  const { key, delimiter, decimal, date_format: dateFormat, nulls } = feedOf(mm);
  const isThere = (await tables.columns(table)) !== undefined;
  let imported = (await findJson<Imported>(engine.stage, IMPORTED)) ?? {};
  const result = { table, files: [] as string[], rows: 0, replaced: 0 };
  for (const { name, sha256 } of files) {
    if (!again && isThere && imported[table]?.[name] === sha256) continue;
    const { rows, replaced = 0 } = await tables.import(path.resolve(config.directory, name), {
      table,
      append: true,
      ...(key !== undefined && { key }),
      ...(delimiter !== undefined && { delimiter }),
      ...(decimal !== undefined && { decimal }),
      ...(dateFormat !== undefined && { dateFormat }),
      ...(nulls !== undefined && { nulls }),
    });
    result.files.push(name);
    result.rows += rows;
    result.replaced += replaced;
    imported = { ...imported, [table]: { ...imported[table], [name]: sha256 } };
    await putJson(engine.stage, IMPORTED, imported);
  }
  return result;
}

/**
 * Returns the table that the files of a night are appended to: `source.table`, if the configuration names no other.
 */
export function feedTable(workspace: Workspace): string {
  return feedOf(workspace).table ?? workspace.config.source?.table ?? "";
}

interface Feed {
  readonly table?: string | undefined;
  readonly key?: readonly string[] | undefined;
  readonly delimiter?: string | undefined;
  readonly decimal?: string | undefined;
  readonly date_format?: string | undefined;
  readonly nulls?: readonly string[] | undefined;
}

const feedOf = ({ config }: Workspace): Feed => config.pipeline?.import ?? {};

async function checksumOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipe(createReadStream(file), hash);
  return hash.digest("hex");
}
