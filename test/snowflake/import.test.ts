import { writeFile } from "node:fs/promises";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { openLocalEngine } from "manymodel/engines/local";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Engine } from "../../src/ports/engine.ts";
import { temporaryFolder } from "../workspace.ts";
import { openTestAccount, type TestAccount } from "./account.ts";

describe("importing a file into an account", () => {
  let account: TestAccount;
  let opened = 0;
  beforeAll(async () => {
    account = await openTestAccount();
  });
  afterAll(() => account.close());

  async function open() {
    const engine = openSnowflakeEngine(account.address(`I${opened++}`));
    onTestFinished(() => engine.close());
    await engine.preparation!.prepare();
    return engine;
  }
  async function rowsOf({ source }: Engine, orderBy: string[]) {
    const snapshot = await source.snapshot({ table: "T", keyColumns: ["id"], orderBy });
    const ordinals = Array.from({ length: snapshot.partitions }, (_, i) => i);
    const { batch } = await source.read(snapshot, ordinals);
    const columns = Object.entries(batch.columns).map(([name, { values }]) => [
      name.toUpperCase(),
      Array.from(values as never),
    ]);
    return { keys: await source.keys(snapshot, 0, snapshot.partitions), columns: Object.fromEntries(columns) };
  }

  it("equals the local engine's import, for every kind of file and value", async () => {
    const folder = await temporaryFolder();
    const duck = await (await DuckDBInstance.create(":memory:")).connect();
    const select = `SELECT id, DATE '2026-01-01' + id::INTEGER AS day, TIMESTAMP '2026-01-01 01:02:03.456' AS at, id / 3 AS y, (id % 2 = 0) AS flag,
      'it''s "' || id || '"' AS "a note", (id * 1.25)::DECIMAL(10,2) AS price, CASE WHEN id = 1 THEN 'x' END AS nothing FROM range(5) t(id)`;
    const files = { "t.csv": "(FORMAT csv)", "t.parquet": "(FORMAT parquet)", "t.json": "(FORMAT json)" };
    for (const [name, format] of Object.entries(files)) {
      const file = path.join(folder, name);
      await duck.run(`COPY (${select}) TO '${file}' ${format}`);
      const snowflake = await open();
      const local = await openLocalEngine(path.join(folder, name.replace(".", "-")));
      onTestFinished(() => local.close());
      for (const engine of [snowflake, local])
        expect(await engine.tables.import(file, "T", { replace: false })).toMatchObject({ rows: 5 });
      expect(await rowsOf(snowflake, ["day"]), name).toEqual(await rowsOf(local, ["day"]));
      expect(await snowflake.stage.list("imports/")).toEqual([]);
      const { rows } = await snowflake.tables.query("SELECT DAY, PRICE FROM T WHERE ID = 4", [], 2);
      expect(rows).toEqual([["2026-01-05", 5]]);
    }
    expect(account.server.log.filter((sql) => /^INSERT INTO \S+"(T|MM_IMPORT_\w+)"/.test(sql))).toEqual([]);
  });

  it("says that a workspace must be set up first", async () => {
    const engine = openSnowflakeEngine(account.address("EMPTY"));
    onTestFinished(() => engine.close());
    const file = path.join(await temporaryFolder(), "t.csv");
    await writeFile(file, "id,y\n1,2\n");
    await expect(engine.tables.import(file, "T", { replace: false })).rejects.toThrow(
      /Stage 'LAB\.EMPTY\.MM_STAGE' does not exist.*; run: manymodel setup, or have the role granted/,
    );
  });

  it("replaces imported tables and nothing else, whole or not at all", async () => {
    const { output, tables, leftovers, stage } = await open();
    const folder = await temporaryFolder();
    const [one, two] = [path.join(folder, "one.csv"), path.join(folder, "two.csv")];
    await writeFile(one, "id,y\na,1\n");
    await writeFile(two, "id,z\nb,2\nc,3\n");
    const load = (file: string, table: string, replace: boolean) => tables.import(file, table, { replace });
    await load(one, "T", false);
    await expect(load(two, "t", false)).rejects.toThrow(
      /"t" exists already; import into another name, add rows to it with --append, or replace it/,
    );
    const { failing } = account.server.faults;
    const left = async () => (await tables.query("SELECT * FROM T", [], 9)).rows;
    for (const pattern of [/^PUT /, /^CREATE TABLE \S+"MM_IMPORT/, /^COPY INTO \S+"MM_IMPORT/, /SWAP WITH/]) {
      failing.push({ pattern, code: "000603", message: "ended", times: 1 });
      await expect(load(two, "T", true), String(pattern)).rejects.toThrow(/ended/);
      expect(await left()).toEqual([["a", 1]]);
      expect([await stage.list("imports/"), (await leftovers.stored()).length]).toEqual([[], 0]);
    }
    expect(await load(two, "t", true)).toMatchObject({ rows: 2 });
    expect(await left()).toEqual([
      ["b", 2],
      ["c", 3],
    ]);
    // Of an import whose process was ended, what is left is found and removed.
    failing.push({ pattern: /^DROP TABLE IF EXISTS \S+"MM_IMPORT/, code: "000603", message: "ended", times: 1 });
    await expect(load(one, "T", true)).rejects.toThrow(/ended/);
    const stored = await leftovers.stored();
    expect(stored).toMatchObject([{ kind: "temporary", id: expect.stringMatching(/^MM_IMPORT_/) }]);
    await leftovers.erase(stored);
    expect(await leftovers.stored()).toEqual([]);

    await output.create("MADE", [{ name: "ID", type: "string" }]);
    await expect(load(one, "made", true)).rejects.toThrow(/was not imported, so it cannot be replaced/);
    await expect(load(one, "MM_RUNS", true)).rejects.toThrow(/begins with MM_/);
    await expect(load(path.join(folder, "none.csv"), "T", true)).rejects.toThrow(/there is no file/);
  });
});
