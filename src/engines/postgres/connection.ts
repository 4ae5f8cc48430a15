import type { Client, ClientBase, ClientConfig, Pool, PoolConfig } from "pg";
import { ManymodelError } from "../../core/errors.ts";
import { postgresPlace } from "../../core/postgres-url.ts";

/** A schema of a PostgreSQL database. What the address leaves out comes from the environment, as psql has it. */
export interface PostgresPlace {
  /** `postgresql://user@host:port/database`, without a password; from PGHOST, PGPORT, PGDATABASE and PGUSER if left out. */
  readonly url?: string;
  readonly schema: string;
}

/** The settings of a connection, and the name of the place in messages. */
export interface ConnectionSettings {
  readonly config: PoolConfig & ClientConfig;
  readonly where: string;
  /** Returns the host and database of a connection, as they turned out to be. */
  describe(client: ClientBase): string;
}

/** Imports the client, an optional dependency. @throws {ManymodelError} `config` if it is not installed */
export async function importPg(purpose = "engine postgres"): Promise<{ Client: typeof Client; Pool: typeof Pool }> {
  try {
    return (await import("pg")).default;
  } catch (cause) {
    throw new ManymodelError("config", `${purpose} needs the package pg; install it: npm install pg`, { cause });
  }
}

/**
 * Returns the settings of a connection. Answers have plain types: 64-bit integers are numbers, JSON is text.
 *
 * @param name - what messages call the address
 * @throws {ManymodelError} `config` for an address that is none, or that holds a password
 */
export function connectionSettings({ url }: Pick<PostgresPlace, "url">, name?: string): ConnectionSettings {
  const env = process.env;
  const where =
    url === undefined ? `${env.PGHOST ?? "localhost"}/${env.PGDATABASE ?? env.PGUSER ?? ""}` : postgresPlace(url, name);
  const config = {
    ...(url !== undefined && { connectionString: url }),
    // Where the user's name is not given, PostgreSQL's own tools take the system's.
    fallback_application_name: "manymodel",
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    options: "-c timezone=UTC -c datestyle=ISO -c extra_float_digits=1",
    types: { getTypeParser: parserOf },
  } as PoolConfig & ClientConfig;
  return {
    config,
    where,
    describe(client) {
      const { host, port, database } = client as unknown as { host: string; port: number; database: string };
      return `${host}:${port}/${database}`;
    },
  };
}

const AS_TEXT = (text: string) => text;
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === "t",
  20: Number,
  21: Number,
  23: Number,
  26: Number,
  700: Number,
  701: Number,
  1184: (text) => new Date(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00")),
};

function parserOf(oid: number): (text: string) => unknown {
  return PARSERS[oid] ?? AS_TEXT;
}
