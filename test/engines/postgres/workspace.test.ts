import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { connect, type ManyModel } from "manymodel";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { openDatabase } from "../../../src/engines/postgres/database.ts";
import { CommandLine } from "../../command-line.ts";
import { start, until } from "../../processes.ts";
import { body, dailyQuery, fillDaily, temporaryFolder } from "../../workspace.ts";
import { type PostgresServer, startPostgres, whyNoPostgres } from "../postgres-server.ts";

const reason = whyNoPostgres();

/** Series whose values, keys and times have every type that a file can give, with NULLs and texts that need quotes. */
const CSV = [
  "sku,store,day,at,qty,price,promo,note,code",
  ...Array.from({ length: 240 }, (_, i) => {
    const [unit, day] = [i % 6, Math.floor(i / 6)];
    const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
    const note = [`"it's ""quoted"", ${day}"`, "\\N", "", '"two\nlines"', "é😀"][i % 5];
    const sku = ["A", '"b,c"', "Z", "a", "", '"b ""c"""'][unit];
    const qty = i % 17 === 3 ? "" : (unit + day / 10).toFixed(2);
    return `${sku},${unit % 2},${date},${date} 12:30:00.5,${qty},${unit}.${day % 10},${i % 7 === 0 ? "" : i % 2 === 0},${note},00${unit}`;
  }),
].join("\n");

const QUERY = { table: "SALES", keyColumn: ["sku", "store"], orderBy: ["day"] } as const;

describe.skipIf(reason !== undefined)(`a workspace on PostgreSQL${reason === undefined ? "" : ` (${reason})`}`, () => {
  let server: PostgresServer;
  let schemas = 0;
  beforeAll(() => {
    server = startPostgres();
  });
  afterAll(() => server.stop());

  /** Returns a folder with a configuration, and a file of data. */
  async function prepare(yaml: string): Promise<string> {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, "manymodel.yaml"), yaml);
    await writeFile(path.join(folder, "sales.csv"), `${CSV}\n`);
    return folder;
  }
  const engine = (schema = `w${schemas++}`, user?: string) =>
    `engine: postgres\npostgres: { url: "${server.url("postgres", user)}", schema: ${schema} }\n`;

  async function open(yaml: string): Promise<ManyModel> {
    const mm = await connect(path.join(await prepare(yaml), "manymodel.yaml"));
    onTestFinished(() => mm.close());
    return mm;
  }

  /** Returns the SQL that docs/postgresql.md shows under a name. */
  async function documented(name: string): Promise<string> {
    const docs = await readFile(new URL("../../../docs/postgresql.md", import.meta.url), "utf8");
    return new RegExp(`<!-- run: ${name} -->\n\`\`\`sql\n([\\s\\S]*?)\`\`\``).exec(docs)![1]!;
  }

  /** Returns the artifacts of a run on the stage by path, without names of the engine's own snapshot. */
  async function artifacts({ engine: { stage } }: ManyModel, runId: string) {
    const files = new Map<string, string>();
    for (const name of await stage.list(`runs/${runId}/`))
      if (!name.endsWith(`${runId}/manifest.json`))
        files.set(name, Buffer.from(await stage.get(name)).toString("base64"));
    return files;
  }

  it("is worked on by a fleet, in tasks and in queue mode", async () => {
    const mm = await open(`${engine()}fleet: { launcher: process, workers: 1, poll: 100ms }\n`);
    await fillDaily(mm, 8, 3);
    for (const mode of ["tasks", "queue"] as const) {
      const options = { dataQuery: dailyQuery, chunksPerJob: 4, mode, modelRunId: mode, fleet: true } as const;
      const { index } = await mm.foreachPartition("unit_id").dopar(body("average"), options);
      expect(index).toMatchObject({ succeeded: 8, failed: 0 });
    }
  });

  it("makes the same artifacts as a local one, byte for byte", async () => {
    // The only thing in an artifact that is not decided by the data is how long it took.
    const clock = vi.spyOn(performance, "now").mockReturnValue(0);
    onTestFinished(() => clock.mockRestore());
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 10, 24) });
    onTestFinished(() => void vi.useRealTimers());
    const results = [];
    for (const yaml of ["", engine()]) {
      const mm = await open(yaml);
      await mm.engine.tables.import(path.join(mm.config.directory, "sales.csv"), "SALES", { replace: false });
      const run = await mm.foreachPartition("key").dopar(body("describes"), {
        dataQuery: QUERY,
        mode: "local",
        modelRunId: "r",
        chunksPerJob: 3,
        exports: {},
      });
      expect(run.index).toMatchObject({ succeeded: 6, failed: 0 });
      results.push(await artifacts(mm, "r"));
    }
    expect([...results[0]!.keys()].filter((name) => name.endsWith(".parquet"))).toHaveLength(3);
    expect(results[1]).toEqual(results[0]);
  });

  it("reads the tables and views of others, typed, as the role may, and notices when they change", async () => {
    const schema = `w${schemas++}`;
    server.sql(`CREATE SCHEMA "Shop ${schema}"; CREATE TABLE "Shop ${schema}"."Sales" (id numeric, big numeric(5,2), at timestamptz,
      n bigint, x real, kind char(4), tags text[]);
      INSERT INTO "Shop ${schema}"."Sales" VALUES (1.50, 2, '2026-01-01 01:00+01', 9007199254740993, 0.5, 'a', '{x}'),
        (1.5, 2, '2026-01-02 00:00Z', 2, 'NaN', NULL, NULL), (NULL, -7.25, NULL, NULL, NULL, 'b', NULL)`);
    const mm = await open(engine(schema));
    const { source } = mm.engine;
    const columns = ["at", "n", "x", "kind"];
    const query = { table: `"Shop ${schema}"."Sales"`, keyColumns: ["id", "big"], columns, orderBy: ["at"] };
    const snapshot = await source.snapshot(query);
    expect(snapshot.keyColumns.map(({ type }) => type)).toEqual(["decimal", "decimal"]);
    expect(await source.keys(snapshot, 0, 9)).toEqual([
      [null, "-7.25"],
      ["1.5", "2.00"],
    ]);
    const { batch, offsets } = await source.read(snapshot, [1, 0]);
    expect(Array.from(offsets)).toEqual([0, 2, 3]);
    expect(batch.columns).toEqual({
      at: { type: "timestamp", values: Float64Array.of(Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2), NaN) },
      n: { type: "number", values: Float64Array.of(9007199254740992, 2, NaN) },
      x: { type: "number", values: Float64Array.of(0.5, NaN, NaN) },
      kind: { type: "string", values: ["a", null, "b"] },
    });
    await expect(source.snapshot({ ...query, table: `none_${schema}.sales` })).rejects.toMatchObject({
      kind: "not-found",
    });
    await expect(source.snapshot({ ...query, columns: ["tags"] })).rejects.toThrow(/tags .* has the type text\[\]/);
    server.sql(`VACUUM FULL "Shop ${schema}"."Sales"`);
    server.sql(`CREATE VIEW public.sales_${schema} AS SELECT * FROM "Shop ${schema}"."Sales"`);
    expect((await source.snapshot(query)).id).toBe(snapshot.id);
    expect((await source.snapshot({ ...query, table: `SALES_${schema}` })).rows).toBe(3);
    server.sql(`UPDATE "Shop ${schema}"."Sales" SET n = 3 WHERE n = 2`);
    const changed = await source.snapshot(query);
    expect(changed.id).not.toBe(snapshot.id);
    expect((await source.read(snapshot, [1])).batch.columns.n!.values).toEqual(Float64Array.of(9007199254740992, 2));
    // A crash of the server takes no snapshot away.
    server.crash();
    expect((await source.read(snapshot, [1])).batch.columns.n!.values).toEqual(Float64Array.of(9007199254740992, 2));
  });

  it("goes from a CSV file to champions and forecasts on the command line, all of it in SQL for others to read", async () => {
    const schema = `w${schemas++}`;
    const folder =
      await prepare(`${engine(schema)}source: { table: SALES, partition_by: [sku, store], order_by: day, target: price, period: 5 }
model: naive
train: { holdout: 7, horizon: 7, workers: 2 }
refine: { metric: mase, worst_percent: 50, candidates: [mean, drift] }
`);
    const commandLine = new CommandLine();
    const manymodel = (...args: string[]) => commandLine.json(folder, ...args);
    expect(await manymodel("setup")).toEqual({ created: ["FORECAST_RESULTS"], kept: [] });
    expect(await manymodel("import", "sales.csv", "--table", "SALES")).toMatchObject({ table: "SALES", rows: 240 });
    expect((await manymodel("import", "sales.csv", "--table", "sales", "--replace")).rows).toBe(240);
    expect(await manymodel("train", "--run-id", "first")).toMatchObject({ partitions: 6, succeeded: 6 });
    expect((await manymodel("register")).version).toBe("V1");
    expect(await manymodel("batch")).toMatchObject({ partitions: 6, ok: 6, rows: 42 });
    expect(await manymodel("batch")).toMatchObject({ rows: 42 });
    const { columns, rows } = await manymodel(
      "sql",
      "SELECT STEP, SKU, day, FORECAST FROM FORECAST_RESULTS WHERE sku = 'Z' ORDER BY step LIMIT 2",
    );
    expect(columns).toEqual(["STEP", "sku", "day", "FORECAST"]);
    expect(rows).toMatchObject([
      [1, "Z", "2026-02-10", expect.any(Number)],
      [2, "Z", "2026-02-11", expect.any(Number)],
    ]);
    const refined = await manymodel("refine", "--from", "first", "--run-id", "second");
    expect(refined).toMatchObject({ run: "second" });
    expect(await manymodel("champions", "--runs", "first,second", "--run-id", "best")).toMatchObject({ run: "best" });
    expect((await manymodel("register", "--run", "best")).version).toBe("V2");
    expect((await manymodel("verify", "best")).problems).toEqual([]);
    expect((await manymodel("gc", "--older-than", "1ms")).garbage).toEqual([]);
    // With psql, as anybody would.
    const queries = (await documented("results")).replaceAll("manymodel.", `${schema}.`);
    expect(server.sql(queries).split("\n").length).toBeGreaterThan(42);
    const sql = (text: string) => server.sql(`SET search_path = ${schema}; ${text}`);
    expect(sql("SELECT count(*), count(DISTINCT partition_key) FROM forecast_results")).toBe("42|6");
    expect(sql("SELECT run_id, count(*), min(store), count(DISTINCT sku) FROM MODEL_INDEX GROUP BY 1 ORDER BY 1")).toBe(
      "best|6|0|5\nfirst|6|0|5\nsecond|3|0|2",
    );
    expect(sql("SELECT count(*) FROM TRAINING_METRICS WHERE metric = 'mase' AND value >= 0 AND run_id = 'first'")).toBe(
      "6",
    );
    expect(
      sql(
        "SELECT metrics ->> 'mase' = value::text FROM training_results JOIN training_metrics USING (run_id, partition_key) WHERE metric = 'mase' AND run_id = 'first' LIMIT 1",
      ),
    ).toBe("t");
  });

  it("needs no more rights than the documents say: an owner, workers, and readers", async () => {
    server.sql(await documented("roles"));
    const source =
      "source: { table: SERIES_EVENTS, partition_by: UNIT_ID, order_by: OBS_DATE }\nmodel: naive\ntrain: { mode: queue }\n";
    const mm = await open(engine("manymodel", "manymodel_owner") + source);
    const { directory } = mm.config;
    await fillDaily(mm, 6, 30, "SERIES_EVENTS");
    server.sql(await documented("grants"));
    for (const role of ["worker", "reader"])
      await writeFile(path.join(directory, `${role}.yaml`), engine("manymodel", `manymodel_${role}`) + source);
    const worker = start(mm, "worker", "--workers", "1", "--config", "worker.yaml");
    const run = await mm.foreachPartition("unit_id").dopar(body("average"), {
      dataQuery: { table: "SERIES_EVENTS", keyColumn: "UNIT_ID", orderBy: ["OBS_DATE"] },
      mode: "queue",
      workerType: "persistent",
      workers: 1,
      chunksPerJob: 3,
      exports: { add: 1 },
    });
    expect(run.index).toMatchObject({ succeeded: 6, failed: 0 });
    worker.child.kill("SIGTERM");
    expect((await worker.ended)[0], worker.output().stderr).toBe(0);
    const reader = await connect(path.join(directory, "reader.yaml"));
    onTestFinished(() => reader.close());
    expect((await reader.engine.tables.query("SELECT count(*) FROM TRAINING_RESULTS", [], 1)).rows).toEqual([[6]]);
    await expect(reader.engine.catalog.removeRun(run.runId)).rejects.toThrow(
      /permission denied for table mm\$runs; docs\/postgresql\.md says/,
    );
    await expect(
      open(engine("newer", "manymodel_worker")).then((other) => other.engine.catalog.runs()),
    ).rejects.toThrow(
      /schema newer is missing, .* role manymodel_worker may not change it; run manymodel setup as its owner/,
    );
  });

  it("waits for a connection where a role may have no more", async () => {
    server.sql("CREATE ROLE narrow LOGIN CONNECTION LIMIT 1; GRANT CREATE ON DATABASE postgres TO narrow");
    const url = server.url("postgres", "narrow");
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    const connected = vi.spyOn(pg.Pool.prototype, "connect");
    onTestFinished(() => connected.mockRestore());
    const db = openDatabase({ url, schema: `w${schemas++}` }, { connections: 3, patient: false });
    onTestFinished(() => db.close());
    const answered = db.run("SELECT 1 AS one");
    await until(async () => connected.mock.calls.length > 2);
    await other.end();
    expect((await answered).rows).toEqual([{ one: 1 }]);
  });

  it("waits for a standby to be promoted, which refuses to write until then", async () => {
    const schema = `w${schemas++}`;
    const db = openDatabase({ url: server.url(), schema }, { connections: 1, patient: true });
    const setReadOnly = (value: "on" | "off") => {
      server.sql(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
      server.sql("SELECT pg_reload_conf()");
    };
    onTestFinished(async () => {
      setReadOnly("off");
      await db.close();
    });
    await db.run("SELECT 1");
    setReadOnly("on");
    await until(async () => server.sql("SHOW default_transaction_read_only") === "on");
    let tries = 0;
    await db.transaction(async (client) => {
      if (tries++ === 1) setReadOnly("off");
      await client.query(`CREATE TABLE ${db.schema}.made ()`);
    });
    expect(tries).toBeGreaterThan(1);
  });

  it("replaces a table that somebody reads when they have ended, and keeps nobody else from reading it", async () => {
    const mm = await open(engine());
    const file = path.join(mm.config.directory, "sales.csv");
    const replace = () => mm.engine.tables.import(file, "SALES", { replace: true });
    await replace();
    const reader = new pg.Client({ connectionString: server.url() });
    await reader.connect();
    onTestFinished(() => reader.end());
    await reader.query(`BEGIN; SELECT FROM w${schemas - 1}.sales`);
    const replaced = replace();
    const waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    await until(async () => server.sql(waiting) === "1");
    expect((await mm.engine.tables.query("SELECT count(*) FROM SALES", [], 1)).rows).toEqual([[240]]);
    await reader.query("COMMIT");
    expect((await replaced).rows).toBe(240);
  });

  it("refuses in one line statements that write, unreachable servers, and secrets in messages", async () => {
    const mm = await open(engine());
    const { output, tables } = mm.engine;
    await output.create("T", [{ name: "ID", type: "string" }]);
    for (const sql of [
      "WITH d AS (DELETE FROM T RETURNING *) SELECT * FROM d",
      "SELECT * FROM T FOR UPDATE",
      "SELECT 1 INTO other",
      "SELECT nextval('pg_catalog.none')",
      "SELECT set_config('transaction_read_only', 'off', true)",
      "EXPLAIN ANALYZE SELECT 1",
      "SELECT 1; COMMIT; DROP TABLE T",
    ])
      await expect(tables.query(sql, [], 1), sql).rejects.toMatchObject({ kind: "usage" });
    expect(
      (
        await tables.query(
          "SELECT 1.50::numeric, 1e30::numeric, 'NaN'::float8, 9007199254740993, true, NULL -- ;",
          [],
          1,
        )
      ).rows,
    ).toEqual([[1.5, "1000000000000000000000000000000", "NaN", "9007199254740993", true, null]]);
    await tables.query("SELECT lo_create(0)", [], 1);
    expect(server.sql("SELECT count(*) FROM pg_largeobject_metadata")).toBe("0");
    const status = (yaml: string) => open(yaml).then((other) => other.engine.catalog.runs());
    await expect(status('engine: postgres\npostgres: { url: "postgresql://me:secret@localhost/x" }')).rejects.toThrow(
      /manymodel\.yaml:2: postgres\.url holds a password, .*PGPASSWORD/,
    );
    await expect(status('engine: postgres\npostgres: { url: "postgresql://me@127.0.0.1:1/x" }')).rejects.toThrow(
      /^cannot reach PostgreSQL at 127\.0\.0\.1:1\/x: .*ECONNREFUSED/,
    );
    await expect(status(`engine: postgres\npostgres: { url: "${server.url("none")}" }`)).rejects.toThrow(
      /says: database "none" does not exist; create it first/,
    );
    await expect(status("postgres: {}")).rejects.toThrow(/postgres is for engine: postgres/);
    await expect(output.create("NARROW", [{ name: "x".repeat(64), type: "string" }])).rejects.toThrow(
      /more than 63 bytes/,
    );
    server.sql(`CREATE TABLE w${schemas - 1}.taken ()`);
    await expect(output.create("TAKEN", [])).rejects.toThrow(/taken that manymodel did not make/);
  });
});
