import type { CurrentForecasts } from "../../core/current-forecasts.ts";
import { DEFAULT_ALIAS } from "../../core/registry.ts";

/** The tables of a database's registry, and its way to write a text. */
export interface RegistryTables {
  readonly aliases: string;
  readonly versions: string;
  /** The order of versions that puts the newest first. */
  readonly newestFirst: string;
  readonly literal: (text: string) => string;
}

/** Returns the version whose forecasts count, as a query of one value: NULL for a model without versions. */
export function meantVersion({ model, alias }: CurrentForecasts, registry: RegistryTables): string {
  const { aliases, versions, newestFirst, literal } = registry;
  const ofModel = `WHERE model = ${literal(model)}`;
  const named = [...new Set([alias ?? DEFAULT_ALIAS, DEFAULT_ALIAS])].map(
    (name) => `(SELECT version FROM ${aliases} ${ofModel} AND alias = ${literal(name)})`,
  );
  const newest = `(SELECT version FROM ${versions} ${ofModel} ORDER BY ${newestFirst} LIMIT 1)`;
  return `SELECT COALESCE(${[...named, newest].join(", ")})`;
}

/** The table of a database's batches, and its hash. */
export interface BatchTable {
  readonly batches: string;
  readonly literal: (text: string) => string;
  /** The owner of a batch's rows: the SHA-256, in hexadecimal, of the JSON array of these columns. */
  readonly ownerOf: (columns: readonly string[]) => string;
}

/**
 * Returns the owner of the rows that FORECASTS shows, as a query of at most one value.
 *
 * @param version - the version whose forecasts count, as an expression
 */
export function currentOwner({ model, table }: CurrentForecasts, version: string, batch: BatchTable): string {
  const { batches, literal, ownerOf } = batch;
  return `SELECT ${ownerOf(["MODEL_NAME", "MODEL_VERSION", "INPUT_TABLE"])} FROM ${batches}
    WHERE MODEL_NAME = ${literal(model)} AND UPPER(OUTPUT_TABLE) = ${literal(table.toUpperCase())}
    ORDER BY CASE WHEN MODEL_VERSION = ${version} THEN 0 ELSE 1 END, STARTED_AT DESC LIMIT 1`;
}
