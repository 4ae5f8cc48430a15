import { readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Connection } from "snowflake-sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../workspace.ts";
import { openTestAccount, type TestAccount } from "./account.ts";
import { connectDriver, execute } from "./driver.ts";
import { issueToken } from "./server/users.ts";

describe("the local server, by the driver itself", () => {
  let account: TestAccount;
  let db: Connection;
  beforeAll(async () => {
    account = await openTestAccount();
    const privateKey = readFileSync(String(account.block("X").private_key_path), "utf8");
    db = await connectDriver(account.server, { username: "LAB_USER", authenticator: "SNOWFLAKE_JWT", privateKey });
    await execute(db, 'CREATE SCHEMA IF NOT EXISTS "LAB"."S"');
  });
  afterAll(() => account.close());

  it("lets in who has a key, an OAuth token or an access token, and nobody else", async () => {
    const { server } = account;
    const oauth = { authenticator: "OAUTH", token: issueToken(server.users.oauthTokens, "LAB_USER") };
    const access = {
      authenticator: "PROGRAMMATIC_ACCESS_TOKEN",
      token: issueToken(server.users.accessTokens, "LAB_USER"),
    };
    for (const options of [oauth, access])
      expect((await execute(await connectDriver(server, options), "SELECT 1 AS A")).rows).toEqual([{ A: 1 }]);
    await expect(connectDriver(server, { ...oauth, token: "another" })).rejects.toThrow();
  });

  it("takes binds, binds of arrays, and says how many rows were changed", async () => {
    await execute(db, 'CREATE TABLE IF NOT EXISTS "LAB"."S"."T" (A NUMBER(10,0), B VARCHAR, C DOUBLE, D BOOLEAN)');
    const rows = Array.from({ length: 50 }, (_, i) => [i, `it's ${i}`, i / 3, i % 2 === 0]);
    const inserted = await execute(db, 'INSERT INTO "LAB"."S"."T" VALUES (?, ?, ?, ?)', { binds: rows as never });
    expect(inserted.statement.getNumUpdatedRows()).toBe(50);
    const reader = await execute(db, 'SELECT * FROM "LAB"."S"."T" WHERE B = ? OR A < ? ORDER BY A', {
      binds: ["it's 7", 1],
    });
    expect(reader.rows).toEqual([
      { A: 0, B: "it's 0", C: 0, D: true },
      { A: 7, B: "it's 7", C: 7 / 3, D: false },
    ]);
    const updated = await execute(db, 'UPDATE "LAB"."S"."T" SET B = ? WHERE A >= ?', { binds: [null, 40] });
    expect(updated.statement.getNumUpdatedRows()).toBe(10);
  });

  it("gives results in several pieces", async () => {
    const { rows } = await execute(db, "SELECT range AS N FROM range(5001)");
    expect(rows.map(({ N }) => N)).toEqual(Array.from({ length: 5001 }, (_, i) => i));
  });

  it("fails with the account's codes, and refuses unknown statements", async () => {
    await expect(execute(db, 'SELECT * FROM "LAB"."S"."NONE"')).rejects.toMatchObject({
      code: "002003",
      sqlState: "02000",
    });
    await expect(execute(db, "SELEC 1")).rejects.toMatchObject({ code: "001003", sqlState: "42000" });
    for (const sql of [
      "GRANT ROLE A TO ROLE B",
      "CREATE OR REPLACE TABLE X (A NUMBER)",
      "SELECT * FROM read_csv('/etc/passwd')",
      "COPY INTO X FROM Y",
      "VACUUM",
    ])
      await expect(execute(db, sql), sql).rejects.toThrow();
  });

  it("answers slow statements later, and asynchronous ones at once", async () => {
    account.server.faults.pollAfterMs = 1;
    const slow = await execute(db, "SELECT SUM(a.range * b.range % 7) AS S FROM range(2000) a, range(2000) b");
    account.server.faults.pollAfterMs = 30_000;
    expect(slow.rows).toHaveLength(1);
    const { statement } = await execute(db, "SELECT 5 AS A", { asyncExec: true });
    const queryId = statement.getQueryId();
    while (db.isStillRunning((await db.getQueryStatus(queryId)) as never)) await new Promise(setImmediate);
    const later = await db.getResultsFromQueryId({ sqlText: "", queryId } as never);
    const rows: unknown[] = [];
    for await (const row of later.streamRows()) rows.push(row);
    expect(rows).toEqual([{ A: 5 }]);
  });

  it("stops a statement that is cancelled", async () => {
    const cancelled = new Promise((resolve, reject) => {
      const statement = db.execute({
        sqlText: "SELECT SUM(a.range * b.range % 7) FROM range(1000000) a, range(1000000) b",
        complete: (error) => (error ? reject(error) : resolve(undefined)),
      });
      setTimeout(() => statement.cancel(() => {}), 200);
    });
    await expect(cancelled).rejects.toThrow();
  });

  it("moves files to and from a stage", async () => {
    await execute(
      db,
      `CREATE STAGE IF NOT EXISTS "LAB"."S"."F" ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE') DIRECTORY = (ENABLE = TRUE)`,
    );
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, "it's.bin"), Buffer.from([0, 1, 255]));
    await execute(db, `PUT 'file://${folder}/it''s.bin' '@"LAB"."S"."F"/a b/' AUTO_COMPRESS = FALSE OVERWRITE = TRUE`);
    expect((await execute(db, `LIST '@"LAB"."S"."F"/a b/'`)).rows).toMatchObject([
      { name: "f/a b/it's.bin", size: "3" },
    ]);
    await mkdir(path.join(folder, "got"));
    await execute(db, `GET '@"LAB"."S"."F"/a b/it''s.bin' 'file://${folder}/got'`);
    expect([...(await readFile(path.join(folder, "got", "it's.bin")))]).toEqual([0, 1, 255]);
    expect((await execute(db, `REMOVE '@"LAB"."S"."F"/a b/'`)).rows).toHaveLength(1);
    await expect(execute(db, `LIST '@"LAB"."S"."F"/../'`)).rejects.toThrow(/invalid stage path/);
  });

  it("holds a table for a transaction that has changed it, and rows only of a hybrid table", async () => {
    await execute(
      db,
      'CREATE HYBRID TABLE IF NOT EXISTS "LAB"."S"."H" (A NUMBER(10,0) NOT NULL, B VARCHAR, PRIMARY KEY (A))',
    );
    await execute(db, 'INSERT INTO "LAB"."S"."H" VALUES (1, ?)', { binds: ["x"] });
    await expect(execute(db, 'INSERT INTO "LAB"."S"."H" VALUES (1, ?)', { binds: ["y"] })).rejects.toMatchObject({
      code: "200001",
    });
    await expect(
      execute(db, 'CREATE HYBRID TABLE IF NOT EXISTS "LAB"."S"."NO_KEY" (A NUMBER(10,0))'),
    ).rejects.toThrow();
    const token = issueToken(account.server.users.oauthTokens, "LAB_USER");
    const other = await connectDriver(account.server, { authenticator: "OAUTH", token });
    await execute(db, 'CREATE TABLE IF NOT EXISTS "LAB"."S"."L" (A NUMBER(10,0))');
    await execute(db, 'INSERT INTO "LAB"."S"."L" VALUES (1)');
    await execute(db, "BEGIN TRANSACTION");
    await execute(db, 'UPDATE "LAB"."S"."L" SET A = A + 1');
    const waiting = execute(other, 'UPDATE "LAB"."S"."L" SET A = A * 10');
    await execute(db, 'UPDATE "LAB"."S"."L" SET A = A + 1');
    await execute(db, "COMMIT");
    await waiting;
    expect((await execute(db, 'SELECT A FROM "LAB"."S"."L"')).rows).toEqual([{ A: 30 }]);
  });
});
