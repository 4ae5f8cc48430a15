import type { SnowflakeAddress } from "../../core/snowflake-address.ts";
import { identifier, literal } from "./literal.ts";

/** The objects of a workspace by their full, quoted names. */
export interface Names {
  readonly database: string;
  readonly schema: string;
  /** The schema's own name, to be bound. */
  readonly schemaName: string;
  readonly stage: string;
  readonly chunks: string;
  readonly hybridTables: boolean;
  /** Returns an object of the workspace's schema. */
  of(name: string): string;
  /** Returns a place on the stage, as a literal. */
  location(path: string): string;
}

/** The start of the names of this package's own tables. No other tables have it. */
export const OWN = "MM_";

export function workspaceNames(
  address: Pick<SnowflakeAddress, "database" | "schema" | "stage" | "queueTable" | "hybridTables">,
): Names {
  const database = identifier(address.database);
  const schema = `${database}.${identifier(address.schema)}`;
  const of = (name: string) => `${schema}.${identifier(name)}`;
  const stage = of(address.stage);
  return {
    database,
    schema,
    schemaName: address.schema,
    stage,
    of,
    hybridTables: address.hybridTables,
    chunks: of(address.queueTable),
    location: (path) => literal(`@${stage}/${path}`),
  };
}
