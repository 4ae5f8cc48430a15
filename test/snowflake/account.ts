import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { SnowflakeAddress, SnowflakeService } from "../../src/core/snowflake-address.ts";
import { type LocalSnowflake, startLocalSnowflake } from "./server/index.ts";

/** A local account with one user who logs in by key pair, and how to reach a schema of it. */
export interface TestAccount {
  readonly server: LocalSnowflake;
  address(schema: string, changes?: Partial<SnowflakeAddress>): SnowflakeAddress;
  /** Returns the block `snowflake` of a configuration. */
  block(schema: string): Record<string, unknown>;
  close(): Promise<void>;
}

const THREADS = pathToFileURL(path.resolve("test", "snowflake", "server", "threads.mjs")).href;

/** The environment in which processes exchange files with the local server. */
export const ENVIRONMENT = { NODE_OPTIONS: `--no-warnings --import=${THREADS}` };

/** A small job service. */
export const SERVICE: SnowflakeService = {
  computePool: "POOL",
  image: "/lab/mm/mm_images/worker:1",
  replicas: 2,
  instanceFamily: "CPU_X64_S",
  maxNodes: 2,
  cpu: 1,
  memory: "1Gi",
};

export async function openTestAccount(
  options: {
    procedures?: boolean;
    program?: string;
    environment?: Readonly<Record<string, string>>;
    saved?: string;
  } = {},
): Promise<TestAccount> {
  const server = await startLocalSnowflake(options);
  const folder = mkdtempSync(path.join(tmpdir(), "manymodel-key-"));
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const privateKeyPath = path.join(folder, "key.p8");
  writeFileSync(privateKeyPath, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  server.users.publicKeys.set("LAB_USER", publicKey.export({ type: "spki", format: "pem" }) as string);
  return {
    server,
    address: (schema, changes = {}) => ({
      engine: "snowflake",
      account: "LOCAL",
      user: "LAB_USER",
      role: "LAB_ROLE",
      warehouse: "LAB_WH",
      database: "LAB",
      schema,
      stage: "MM_STAGE",
      queueTable: "MM_CHUNKS",
      hybridTables: true,
      compute: "client",
      scoring: "client",
      authentication: { type: "key-pair", privateKeyPath },
      endpoint: { host: server.host, port: server.port, protocol: "http" },
      ...changes,
    }),
    block: (schema) => ({
      account: "LOCAL",
      user: "LAB_USER",
      role: "LAB_ROLE",
      warehouse: "LAB_WH",
      database: "LAB",
      schema,
      private_key_path: privateKeyPath,
      host: server.host,
      port: server.port,
      protocol: "http",
    }),
    close: () => server.close(),
  };
}
