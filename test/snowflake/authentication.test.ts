import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { SnowflakeAuthentication } from "../../src/core/snowflake-address.ts";
import { temporaryFolder } from "../workspace.ts";
import { openTestAccount, type TestAccount } from "./account.ts";
import { issueToken } from "./server/users.ts";

describe("proving who one is to Snowflake", () => {
  let account: TestAccount;
  beforeAll(async () => {
    account = await openTestAccount();
    const engine = openSnowflakeEngine(account.address("A"));
    await engine.preparation!.prepare();
    await engine.close();
  });
  afterAll(() => account.close());
  afterEach(() => void vi.unstubAllEnvs());

  async function runs(authentication: SnowflakeAuthentication) {
    const engine = openSnowflakeEngine(account.address("A", { authentication }));
    try {
      return await engine.catalog.runs();
    } finally {
      await engine.close();
    }
  }

  it("by a section of the driver's own connections.toml, which nobody else may read or write", async () => {
    const home = path.join(await temporaryFolder(), "snowflake");
    mkdirSync(home);
    vi.stubEnv("SNOWFLAKE_HOME", home);
    const { server } = account;
    const file = path.join(home, "connections.toml");
    const section = [
      ...["[lab]", 'account = "LOCAL"', 'user = "LAB_USER"', 'authenticator = "PROGRAMMATIC_ACCESS_TOKEN"'],
      ...[`token = "${issueToken(server.users.accessTokens, "LAB_USER")}"`, 'database = "LAB"', 'schema = "A"'],
      ...[`host = "${server.host}"`, `port = ${server.port}`, 'protocol = "http"', ""],
    ];
    writeFileSync(file, section.join("\n"));
    chmodSync(file, 0o600);
    expect(await runs({ type: "connection", name: "lab" })).toEqual([]);
    await expect(runs({ type: "connection", name: "other" })).rejects.toThrow(/cannot connect.*other/);
    chmodSync(file, 0o666);
    await expect(runs({ type: "connection", name: "lab" })).rejects.toThrow(
      /cannot connect.*section lab of the driver's connections.toml/,
    );
  });

  it("by a programmatic access token in an environment variable", async () => {
    const authentication = { type: "access-token", variable: "LAB_TOKEN" } as const;
    await expect(runs(authentication)).rejects.toThrow(/LAB_TOKEN has no access token; set it/);
    vi.stubEnv("LAB_TOKEN", issueToken(account.server.users.accessTokens, "LAB_USER"));
    expect(await runs(authentication)).toEqual([]);
    vi.stubEnv("LAB_TOKEN", "revoked");
    await expect(runs(authentication)).rejects.toThrow(/cannot connect to the Snowflake account LOCAL/);
  });

  it("by a key, and names a missing one", async () => {
    await expect(runs({ type: "key-pair", privateKeyPath: "/none.p8" })).rejects.toThrow(
      /cannot read \/none\.p8.*private_key_path/,
    );
  });
});
