/**
 * Returns the name that a configuration means, as Snowflake reads it: in capitals if it needs no quotes, and what is
 * between double quotes as it is written ("Identifier requirements").
 */
export function nameMeant(text: string): string {
  if (/^"(?:[^"]|"")+"$/.test(text)) return text.slice(1, -1).replaceAll('""', '"');
  return /^[A-Za-z_][A-Za-z0-9_$]*$/.test(text) ? text.toUpperCase() : text;
}

/** Returns a name as a configuration or a login has it: `nameMeant` gives it back. */
export function nameWritten(name: string): string {
  return /^[A-Z_][A-Z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** How to prove who one is to Snowflake. No secret is in it: keys and tokens are read where they are, when needed. */
export type SnowflakeAuthentication =
  | { readonly type: "key-pair"; readonly privateKeyPath: string }
  /** A file with an OAuth token, read again at every connection: what a container's service token is. */
  | { readonly type: "oauth"; readonly tokenFile: string }
  /** A programmatic access token in an environment variable. */
  | { readonly type: "access-token"; readonly variable: string }
  /** A section of the driver's own `connections.toml`. */
  | { readonly type: "connection"; readonly name: string };

/** What a job service needs to run workers. */
export type SnowflakeService = {
  readonly computePool: string;
  readonly image: string;
  readonly replicas: number;
  readonly instanceFamily: string;
  readonly maxNodes: number;
  readonly cpu: number;
  readonly memory: string;
};

/** What an inference job needs. */
export type SnowflakeInference = {
  readonly computePool: string;
  readonly replicas: number;
};

/** Where chunks are trained: in container services, in a warehouse, or in the process that asks for it. */
export const SNOWFLAKE_COMPUTE = ["client", "service", "warehouse"] as const;

/**
 * Who scores batches: a warehouse, or worker threads of the process that asks for it where a definition fits no table
 * function (`auto`); only one of them; or a registered version of a MODEL.
 */
export const SNOWFLAKE_SCORING = ["auto", "client", "warehouse", "inference"] as const;

/** Where the files of a MODEL's version are. */
export const SNOWFLAKE_MODEL_FILES = ["stage", "model"] as const;

/** An account of Snowflake, and the objects in it that this package uses. Plain data, so that any worker can open it. */
export type SnowflakeAddress = {
  readonly engine: "snowflake";
  readonly account: string;
  readonly user?: string;
  readonly role?: string;
  readonly warehouse?: string;
  readonly database: string;
  readonly schema: string;
  readonly stage: string;
  readonly queueTable: string;
  readonly authentication: SnowflakeAuthentication;
  /** Where the account answers, if not under its own name. */
  readonly endpoint?: { readonly host: string; readonly port: number; readonly protocol: "http" | "https" };
  /** Where the stage is mounted in this container. */
  readonly mount?: string;
  readonly compute: (typeof SNOWFLAKE_COMPUTE)[number];
  readonly scoring: (typeof SNOWFLAKE_SCORING)[number];
  readonly service?: SnowflakeService;
  /** Whether Snowflake's Model Registry has every version too. */
  readonly modelRegistry?: boolean;
  /** Where a MODEL's version has its index and segments: on the stage, or within itself. */
  readonly modelFiles?: (typeof SNOWFLAKE_MODEL_FILES)[number];
  /** Where batches are scored by an inference job. */
  readonly inference?: SnowflakeInference;
  /** Whether there are hybrid tables; without them chunks are only handed out in static shards. */
  readonly hybridTables: boolean;
  /** The chunks that this process may claim: those whose number has this remainder. */
  readonly shard?: { readonly index: number; readonly count: number };
};
