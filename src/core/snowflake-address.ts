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

/** Returns a name of several parts, such as `DATABASE.SCHEMA.TAG`, as `nameWritten` writes each. */
export const dottedName = (text: string) =>
  (text.match(/"(?:[^"]|"")+"|[^."]+/g) ?? []).map((part) => nameWritten(nameMeant(part))).join(".");

/** The proof of identity to Snowflake. No secret is in it: keys and tokens are read where they are, when needed. */
export type SnowflakeAuthentication =
  | { readonly type: "key-pair"; readonly privateKeyPath: string }
  /** A file with an OAuth token, read again at every connection: what a container's service token is. */
  | { readonly type: "oauth"; readonly tokenFile: string }
  /** A programmatic access token in an environment variable. */
  | { readonly type: "access-token"; readonly variable: string }
  /** A section of the driver's own `connections.toml`. */
  | { readonly type: "connection"; readonly name: string };

/** The settings of a job service that runs workers. */
export type SnowflakeService = {
  readonly computePool: string;
  readonly image: string;
  readonly replicas: number;
  readonly instanceFamily: string;
  readonly maxNodes: number;
  readonly cpu: number;
  readonly memory: string;
  /** The least severity of a container's log that the event table keeps. */
  readonly logLevel?: (typeof SNOWFLAKE_LOG_LEVELS)[number];
  /** The integrations by which a container may reach addresses outside of the account. */
  readonly externalAccess?: readonly string[];
};

/** The start of a pipeline that the account runs by itself: at times, when a stream has data, or at times if a stream has data. */
export type SnowflakeSchedule = {
  readonly name: string;
  /** Minute, hour, day of the month, month, day of the week, time zone. */
  readonly cron?: string;
  /** A stream, as `dottedName` writes it; running consumes it. */
  readonly stream?: string;
  /** The notification integration that is told of a failure. */
  readonly errorIntegration?: string;
};

/** The settings of an inference job. */
export type SnowflakeInference = {
  readonly computePool: string;
  readonly replicas: number;
};

/** The places where chunks are trained: container services, a warehouse, or the process that asks for it. */
export const SNOWFLAKE_COMPUTE = ["client", "service", "warehouse"] as const;

/**
 * The scorers of batches: a warehouse, or worker threads of the process that asks where a definition fits no table
 * function (`auto`); only one of them; or a registered version of a MODEL.
 */
export const SNOWFLAKE_SCORING = ["auto", "client", "warehouse", "inference"] as const;

/** The levels of a container's log that an event table can keep ("Service specification reference", `logExporters`). */
export const SNOWFLAKE_LOG_LEVELS = ["INFO", "ERROR", "NONE"] as const;

/** The places for the files of a MODEL's version. */
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
  /** The address where the account answers, if not under its own name. */
  readonly endpoint?: { readonly host: string; readonly port: number; readonly protocol: "http" | "https" };
  /** The folder where the stage is mounted in this container. */
  readonly mount?: string;
  readonly compute: (typeof SNOWFLAKE_COMPUTE)[number];
  readonly scoring: (typeof SNOWFLAKE_SCORING)[number];
  readonly service?: SnowflakeService;
  /** The containers of a schedule and of long-running services, if there is an image and a pool. */
  readonly containers?: SnowflakeService;
  readonly schedule?: SnowflakeSchedule;
  /** Roles that may ask the service that answers predictions. */
  readonly serveRoles?: readonly string[];
  /** Values of tags for the workspace's schema and its compute pool, by the tag's name as `dottedName` writes it. */
  readonly tags?: Readonly<Record<string, string>>;
  /** True if Snowflake's Model Registry has every version too. */
  readonly modelRegistry?: boolean;
  /** The place where a MODEL's version has its index and segments: on the stage, or within itself. */
  readonly modelFiles?: (typeof SNOWFLAKE_MODEL_FILES)[number];
  /** The settings of an inference job, where one scores batches. */
  readonly inference?: SnowflakeInference;
  /** True if there are hybrid tables. Without them chunks are only handed out in static shards. */
  readonly hybridTables: boolean;
  /** The chunks that this process may claim: those whose number has this remainder. */
  readonly shard?: { readonly index: number; readonly count: number };
};
