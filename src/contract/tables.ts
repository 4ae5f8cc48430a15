import assert from "node:assert/strict";
import type { PartitionOutcome } from "../core/artifact.ts";
import { type ColumnBatch, type ColumnInfo, getColumn } from "../core/column.ts";
import { encodeKey, type KeyColumn, type PartitionKey } from "../core/partition-key.ts";
import { encodeSegment } from "../core/segment.ts";
import type { Engine } from "../ports/engine.ts";
import type { QueryValue } from "../ports/tables.ts";
import { type Harness, type OpenEngine, onEngine } from "./harness.ts";

/** What an engine's tables cannot do, each with its reason. */
export interface TablesLimits {
  readonly noSql?: string;
}

const COLUMNS: ColumnInfo[] = [
  { name: "ID", type: "string" },
  { name: "DAY", type: "date" },
  { name: "Y", type: "number" },
  { name: "PROMO", type: "boolean" },
  { name: "NOTE", type: "string" },
];

const DAY = 86_400_000;

/** One row each: key, day, y, promo, note. */
type Row = [string | null, number, number | null, boolean | null, string | null];

function batch(rows: Row[]): ColumnBatch {
  const column = <T>(i: number) => rows.map((row) => row[i] as T);
  return {
    length: rows.length,
    columns: {
      ID: { type: "string", values: column<string | null>(0) },
      DAY: { type: "date", values: Float64Array.from(column<number>(1), (day) => day * DAY) },
      Y: { type: "number", values: Float64Array.from(column<number | null>(2), (y) => y ?? NaN) },
      PROMO: {
        type: "boolean",
        values: Uint8Array.from(column<boolean | null>(3), (b) => (b === null ? 2 : Number(b))),
      },
      NOTE: { type: "string", values: column<string | null>(4) },
    },
  };
}

async function fill({ tables }: Engine, rows: Row[], table = "SALES", owner = "test"): Promise<void> {
  await tables.create(table, COLUMNS);
  await tables.publish(table, owner, [await tables.write(table, batch(rows))]);
}

const QUERY = { table: "SALES", keyColumns: ["ID"], orderBy: ["ID", "DAY"] };

/** Keys that break whoever treats a key as part of a path, a statement or a separated list. */
const ODD_KEYS = [
  null,
  "",
  "'; DROP TABLE SALES; --",
  '"quoted"',
  "../../etc/passwd",
  "a/b\\c",
  "line\nbreak\ttab",
  "a__b",
  "a,b",
  "100000",
  "1e+05",
  "1.0",
  "NULL",
  "null",
  "2026-11-23",
  "😀 é ß 漢",
  "%2c%",
  " padded ",
  "'",
  "\\",
  "a\\' OR 1=1 --",
  "%",
  "_",
  "?",
  "$1",
  ":1",
  "bell\u0007 escape\u001b delete\u007f",
];

/** What every engine's tables do. */
export function tablesContract(harness: Harness, open: OpenEngine, limits: TablesLimits = {}): void {
  harness.describe("tables", () => {
    const test = onEngine(harness, open);
    test("groups rows by key in the order of the keys, NULL first, and orders them within", async (engine) => {
      const { tables } = engine;
      await fill(engine, [
        ["b", 2, 20, true, "x"],
        ["a", 1, 1, null, null],
        [null, 5, 7, false, ""],
        ["b", 1, 10, false, "y"],
        ["b", 3, null, null, "z"],
      ]);
      const snapshot = await tables.snapshot(QUERY);
      assert.deepEqual([snapshot.partitions, snapshot.rows, snapshot.timeColumn], [3, 5, "DAY"]);
      assert.deepEqual(await tables.keys(snapshot, 0, 3), [[null], ["a"], ["b"]]);
      assert.deepEqual(await tables.keys(snapshot, 1, 2), [["a"]]);
      const { batch: read, offsets } = await tables.read(snapshot, [0, 1, 2]);
      assert.deepEqual(Array.from(offsets), [0, 1, 2, 5]);
      assert.deepEqual(Array.from(getColumn(read, "Y").values as Float64Array), [7, 1, 10, 20, NaN]);
      assert.deepEqual(
        Array.from(getColumn(read, "DAY").values as Float64Array),
        [5, 1, 1, 2, 3].map((d) => d * DAY),
      );
      assert.deepEqual(Array.from(getColumn(read, "PROMO").values as Uint8Array), [0, 2, 0, 1, 2]);
      assert.deepEqual(getColumn(read, "NOTE").values, ["", null, "y", "x", "z"]);
    });
    test("keeps the rows of many scattered partitions together and in order", async (engine) => {
      const { tables } = engine;
      const rows = Array.from({ length: 60_000 }, (_, i): Row => [`k${100 + Math.floor(i / 1000)}`, i, i, true, ""]);
      await fill(engine, rows);
      const snapshot = await tables.snapshot(QUERY);
      const odd = Array.from({ length: 30 }, (_, i) => 2 * i + 1);
      const { batch: read, offsets } = await tables.read(snapshot, odd);
      assert.deepEqual(
        Array.from(offsets),
        Array.from({ length: 31 }, (_, i) => 1000 * i),
      );
      const expected = odd.flatMap((p) => Array.from({ length: 1000 }, (_, i) => 1000 * p + i));
      assert.deepEqual(Array.from(getColumn(read, "Y").values as Float64Array), expected);
    });
    test("reads any partitions in any order in one read, and none for -1", async (engine) => {
      const { tables } = engine;
      const rows = Array.from(
        { length: 40 },
        (_, i): Row => [`k${String(i >> 2).padStart(2, "0")}`, i, i, true, String(i)],
      );
      await fill(engine, rows);
      const snapshot = await tables.snapshot(QUERY);
      const { batch: read, offsets } = await tables.read(snapshot, [7, -1, 2, 3]);
      assert.deepEqual(Array.from(offsets), [0, 4, 4, 8, 12]);
      assert.deepEqual(
        Array.from(getColumn(read, "Y").values as Float64Array),
        [28, 29, 30, 31, 8, 9, 10, 11, 12, 13, 14, 15],
      );
      assert.deepEqual(getColumn(read, "NOTE").values.slice(0, 5), ["28", "29", "30", "31", "8"]);
      assert.deepEqual(Array.from((await tables.read(snapshot, [-1])).offsets), [0, 0]);
    });
    test("finds keys again, whatever is in them", async (engine) => {
      const { tables } = engine;
      await fill(
        engine,
        ODD_KEYS.map((key, i): Row => [key, i, i, null, null]),
      );
      const snapshot = await tables.snapshot(QUERY);
      assert.equal(snapshot.partitions, ODD_KEYS.length);
      const keys = await tables.keys(snapshot, 0, snapshot.partitions);
      assert.deepEqual(new Set(keys.map(([key]) => key)), new Set(ODD_KEYS));
      const asked: PartitionKey[] = [...ODD_KEYS.map((key) => [key]), ["not there"]];
      const found = await tables.locate(snapshot, asked);
      assert.deepEqual(
        Array.from(found, (at) => (at < 0 ? at : keys[at]?.[0])),
        [...ODD_KEYS, -1],
      );
    });
    test("keeps composite keys apart that would collide if joined", async (engine) => {
      const { tables } = engine;
      const pairs: [string | null, string | null][] = [
        ["a", "b__c"],
        ["a__b", "c"],
        ["a,b", "c"],
        ["a", "b,c"],
        [null, ""],
        ["", null],
      ];
      await fill(
        engine,
        pairs.map(([a, b], i): Row => [a, i, i, null, b]),
      );
      const snapshot = await tables.snapshot({ table: "SALES", keyColumns: ["ID", "NOTE"] });
      assert.equal(snapshot.partitions, pairs.length);
      const keys = await tables.keys(snapshot, 0, pairs.length);
      const found = await tables.locate(snapshot, pairs);
      assert.deepEqual(
        Array.from(found, (at) => keys[at]),
        pairs,
      );
      const { batch: read } = await tables.read(snapshot, Array.from(found));
      assert.deepEqual(Array.from(getColumn(read, "Y").values as Float64Array), [0, 1, 2, 3, 4, 5]);
    });
    test("gives the same snapshot for the same rows, another for others", async (engine) => {
      const { tables } = engine;
      await fill(engine, [["a", 1, 1, null, null]]);
      const first = await tables.snapshot(QUERY);
      assert.deepEqual(await tables.snapshot(QUERY), first);
      await fill(engine, [["a", 2, 2, null, null]], "SALES", "more");
      const second = await tables.snapshot(QUERY);
      assert.notEqual(second.fingerprint, first.fingerprint);
      assert.equal(second.rows, 2);
      assert.deepEqual(
        Array.from((await tables.read(first, [0])).offsets),
        [0, 1],
        "a snapshot does not follow its source",
      );
    });
    test("publishing replaces its owner's rows and nobody else's; unpublished parts are not seen", async (engine) => {
      const { tables } = engine;
      await fill(engine, [["a", 1, 1, null, null]], "SALES", "one");
      await fill(engine, [["b", 1, 1, null, null]], "SALES", "two");
      await tables.write("SALES", batch([["ghost", 1, 1, null, null]]));
      await tables.publish("SALES", "two", [await tables.write("SALES", batch([["c", 1, 1, null, null]]))]);
      const snapshot = await tables.snapshot(QUERY);
      assert.deepEqual(await tables.keys(snapshot, 0, 9), [["a"], ["c"]]);
    });
    test("gives columns of what an owner, or everybody, has published, without rows that lack the first", async (engine) => {
      const { tables } = engine;
      await fill(engine, [["a", 1, 1.5, true, null]], "SALES", "one");
      await fill(
        engine,
        [
          ["b", 2, null, null, "x"],
          [null, 3, 3, false, "y"],
        ],
        "SALES",
        "two",
      );
      await tables.write("SALES", batch([["ghost", 1, 1, null, "z"]]));
      const read = await tables.published("SALES", null, ["ID", "DAY", "Y", "NOTE"]);
      const rows = Array.from({ length: read.length }, (_, row) =>
        Object.values(read.columns).map(({ values }) => values[row] ?? null),
      );
      assert.deepEqual(
        rows.sort((x, y) => (String(x[0]) < String(y[0]) ? -1 : 1)),
        [
          ["a", DAY, 1.5, null],
          ["b", 2 * DAY, NaN, "x"],
        ],
      );
      assert.deepEqual((await tables.published("SALES", "two", ["NOTE"])).columns.NOTE?.values, ["x", "y"]);
      for (const nothing of [
        await tables.published("SALES", "three", ["ID"]),
        await tables.published("SALES", null, ["ID", "NONE"]),
        await tables.published("NONE", null, ["ID"]),
      ])
        assert.deepEqual(nothing, { length: 0, columns: {} });
    });
    test("carries some of an owner's rows over into another part, with other values", async (engine) => {
      const { tables } = engine;
      const rows: Row[] = ODD_KEYS.map((key, i) => [key, i, i, i % 2 === 0, key === null ? null : "old"]);
      await fill(engine, rows, "SALES", "one");
      await fill(engine, [["a,b", 1, 100, true, "another's"]], "SALES", "two");
      const values = ODD_KEYS.filter((key, i) => key !== null && i % 3 === 0) as string[];
      const part = await tables.carry(
        "SALES",
        "one",
        { column: "ID", values: [...values, "not there"] },
        { NOTE: "new" },
      );
      assert.equal(part.rows, values.length);
      const snapshot = await tables.snapshot(QUERY);
      assert.equal(snapshot.rows, rows.length + 1, "not visible before it is published");
      await tables.publish("SALES", "one", [part, await tables.write("SALES", batch([["more", 1, 7, null, null]]))]);
      const left = await tables.published("SALES", "one", ["ID", "Y", "PROMO", "NOTE"]);
      const found = Array.from({ length: left.length }, (_, row) =>
        Object.values(left.columns).map(({ values }) => values[row] ?? null),
      );
      const expected = ODD_KEYS.flatMap((key, i) =>
        key !== null && i % 3 === 0 ? [[key, i, Number(i % 2 === 0), "new"]] : [],
      );
      const order = (x: unknown[], y: unknown[]) => (String(x[0]) < String(y[0]) ? -1 : 1);
      assert.deepEqual(found.sort(order), [...expected, ["more", 7, 2, null]].sort(order));
      assert.equal((await tables.carry("SALES", "one", { column: "ID", values: [] }, {})).rows, 0);
    });
    test("creating a table that exists leaves it alone; result views cannot be tables", async (engine) => {
      const { tables } = engine;
      await fill(engine, [["a", 1, 1, null, null]]);
      assert.equal(await tables.create("SALES", COLUMNS), false);
      assert.deepEqual(
        (await tables.list()).find(({ name }) => name === "SALES"),
        { name: "SALES", rows: 1 },
      );
      await assert.rejects(tables.create("MODEL_INDEX", COLUMNS), { kind: "conflict" });
    });
    test("knows the columns of its tables and of what was published", async (engine) => {
      const { tables } = engine;
      assert.equal(await tables.columns("SALES"), undefined);
      await tables.create("SALES", COLUMNS.slice(0, 2));
      assert.deepEqual(await tables.columns("SALES"), COLUMNS.slice(0, 2));
      await fill(engine, [["a", 1, 1, null, null]]);
      assert.deepEqual(await tables.columns("SALES"), COLUMNS);
    });
    test("refuses a key column named twice", async (engine) => {
      await fill(engine, [["a", 1, 1, null, null]]);
      await assert.rejects(engine.tables.snapshot({ ...QUERY, keyColumns: ["ID", "id"] }), {
        kind: "usage",
        message: /twice/,
      });
    });
    test("answers many at the same time, each with its own", async (engine) => {
      const { tables } = engine;
      const rows: Row[] = Array.from({ length: 300 }, (_, i) => [`k${i % 30}`, i, i, null, null]);
      await fill(engine, rows);
      const snapshot = await tables.snapshot(QUERY);
      await Promise.all(
        Array.from({ length: 30 }, async (_, i) => {
          const [ordinal = -1] = await tables.locate(snapshot, [[`k${i}`]]);
          assert.deepEqual(await tables.keys(snapshot, ordinal, ordinal + 1), [[`k${i}`]]);
          const { batch } = await tables.read(snapshot, [ordinal]);
          const expected = Array.from({ length: 10 }, (_, j) => i + 30 * j);
          assert.deepEqual(Array.from(getColumn(batch, "Y").values as Float64Array), expected);
        }),
      );
    });
    test("lists and erases snapshots and parts that were never published", async ({ tables }) => {
      await tables.create("T", [{ name: "ID", type: "string" }]);
      const rows = { length: 1, columns: { ID: { type: "string", values: ["a"] } } } as const;
      await tables.publish("T", "o", [await tables.write("T", rows)]);
      const snapshot = await tables.snapshot({ table: "T", keyColumns: ["ID"] });
      await tables.write("T", rows);
      const items = await tables.stored();
      assert.deepEqual(items.map(({ kind }) => kind).sort(), ["part", "snapshot"]);
      assert.equal(items.find(({ kind }) => kind === "snapshot")?.id, snapshot.id);
      await tables.erase(items);
      assert.deepEqual(await tables.stored(), []);
      assert.equal((await tables.snapshot({ table: "T", keyColumns: ["ID"] })).rows, 1);
    });
    test("an empty table has no partitions", async ({ tables }) => {
      await tables.create("SALES", COLUMNS);
      assert.equal((await tables.snapshot(QUERY)).partitions, 0);
    });
    test("names a missing table or column and what there is", async (engine) => {
      const { tables } = engine;
      await fill(engine, [["a", 1, 1, null, null]]);
      await assert.rejects(tables.snapshot({ ...QUERY, table: "SALE" }), {
        kind: "not-found",
        message: /"SALE".*SALES/,
      });
      await assert.rejects(tables.snapshot({ ...QUERY, columns: ["YY"] }), {
        kind: "input",
        message: /"YY".*ID, DAY, Y/,
      });
      await assert.rejects(tables.snapshot({ ...QUERY, keyColumns: ["SKU"] }), { kind: "input", message: /"SKU"/ });
    });
    if (limits.noSql === undefined) {
      test("answers one SELECT, and nothing that could write or read elsewhere", async (engine) => {
        const { tables } = engine;
        await fill(engine, [
          ["a", 1, 1.5, true, null],
          ["b", 2, null, null, "x"],
        ]);
        const { columns, rows, truncated } = await tables.query(
          "SELECT ID, Y, PROMO, NOTE FROM SALES ORDER BY ID",
          [],
          10,
        );
        assert.deepEqual(columns, ["ID", "Y", "PROMO", "NOTE"]);
        assert.deepEqual(rows, [
          ["a", 1.5, true, null],
          ["b", null, null, "x"],
        ]);
        assert.equal(truncated, false);
        const note = tables.columnName?.("NOTE") ?? '"NOTE"';
        assert.deepEqual((await tables.query(`SELECT ${note} FROM SALES ORDER BY ID`, [], 10)).rows, [[null], ["x"]]);
        assert.equal((await tables.query("SELECT * FROM SALES", [], 1)).truncated, true);
        for (const sql of [
          "DELETE FROM SALES",
          "SELECT 1; SELECT 2",
          "COPY SALES TO '/tmp/x.csv'",
          "SELECT * FROM read_csv('/etc/passwd')",
          "",
          "SELEC 1",
        ])
          await assert.rejects(tables.query(sql, [], 10), { name: "ManymodelError", kind: "usage" }, sql);
        assert.equal((await tables.query("SELECT count(*) FROM SALES", [], 1)).rows[0]?.[0], 2);
      });
      test("binds values: a text is never read as SQL, nor a placeholder in quotes as one", async (engine) => {
        const { tables } = engine;
        const keys = [...ODD_KEYS.filter((key) => key !== null), "long ".repeat(5000)];
        const rows = keys.map((key, i): Row => [key, i, i + 0.5, i % 3 === 0, i % 3 === 1 ? null : "x"]);
        await fill(engine, [...rows, [null, 999, null, null, null]]);
        const answer = async (sql: string, ...params: QueryValue[]) => (await tables.query(sql, params, 999)).rows;
        for (const [i, key] of keys.entries())
          assert.deepEqual(await answer("SELECT ID, Y FROM SALES WHERE ID = $1", key), [[key, i + 0.5]]);
        assert.deepEqual(await answer("SELECT ID FROM SALES WHERE ID = $1", "a\\"), []);
        assert.deepEqual(await answer("SELECT ID FROM SALES WHERE ID = $1", null), []);
        const counted = (where: string, ...params: QueryValue[]) =>
          answer(`SELECT COUNT(*) FROM SALES WHERE ${where}`, ...params).then(([row]) => Number(row?.[0]));
        assert.equal(await counted("Y = $1", 2.5), 1);
        assert.equal(await counted("Y > $2 AND Y < $1", 4.5, 1.5), 2);
        assert.equal(await counted("PROMO = $1", true), rows.filter(([, , , promo]) => promo).length);
        assert.equal(await counted("PROMO = $1", false), rows.filter(([, , , promo]) => !promo).length);
        assert.equal(await counted("DAY > $1", "1970-01-03"), rows.length - 2);
        assert.equal(
          await counted("NOTE IS NOT DISTINCT FROM $1", null),
          rows.filter((row) => row[4] === null).length + 1,
        );
        // A value may be named twice, and by itself has the type that it is cast to.
        const cast = "CAST($1 AS DOUBLE PRECISION), CAST($2 AS BOOLEAN), CAST($3 AS VARCHAR), CAST($4 AS VARCHAR)";
        const [whole] = await answer(`SELECT ${cast} FROM SALES WHERE ID = $4 OR ID = $4`, -1e-9, false, null, "$1");
        assert.deepEqual(whole, [-1e-9, false, null, "$1"]);
        const quoted = `SELECT '$2 ? :1 ''$3' AS "$4", ID FROM SALES WHERE Y = $1 /* $5 */ -- $6`;
        assert.deepEqual(await answer(quoted, 0.5), [["$2 ? :1 '$3", keys[0]]]);
        for (const [sql, ...params] of [
          ["SELECT ID FROM SALES WHERE ID = $1 OR ID = $2", "a"],
          ["SELECT ID FROM SALES WHERE ID = $1", "a", "b"],
          ["SELECT ID FROM SALES WHERE ID = $2", "a", "b"],
          ["DELETE FROM SALES WHERE ID = $1", "a"],
        ] as const)
          await assert.rejects(answer(sql, ...params), { name: "ManymodelError", kind: "usage" }, sql);
        assert.equal(await counted("Y > $1", -1), rows.length);
      });
      test("has the result views before anything was trained", async ({ tables }) => {
        for (const view of ["MODEL_INDEX", "TRAINING_RESULTS", "TRAINING_METRICS"])
          assert.deepEqual((await tables.query(`SELECT RUN_ID, PARTITION_KEY FROM ${view}`, [], 1)).rows, []);
      });
      test("shows the key columns of runs in the result views, as text where runs disagree on their type", async (engine) => {
        const { stage, tables } = engine;
        const expose = async (runId: string, keyColumns: KeyColumn[], key: PartitionKey) => {
          const row = {
            partitionKey: encodeKey(keyColumns, key),
            key,
            position: 0,
            outcome: "succeeded",
            modelKind: null,
            model: "{}",
            metrics: '{"mase":1}',
            forecast: null,
            info: null,
            nObs: 1,
            firstTs: null,
            lastTs: null,
            interval: null,
            fitMs: 1,
            seed: 1,
            dataSha256: null,
            errorType: null,
            errorMessage: null,
            attempt: 1,
          } as PartitionOutcome;
          const path = `runs/${runId}/chunks/0001/1/segment.parquet`;
          const bytes = encodeSegment(keyColumns, [row]);
          await stage.put(path, bytes);
          const segment = {
            path,
            chunk: 1,
            attempt: 1,
            rows: 1,
            bytes: bytes.length,
            sha256: "",
            succeeded: 1,
            failed: 0,
          };
          await tables.expose({ runId, keyColumns, segments: [{ ...segment, source: 0 }] });
        };
        await expose(
          "one",
          [
            { name: "SKU", type: "integer" },
            { name: "DAY", type: "date" },
          ],
          [7, "2026-01-02"],
        );
        const shown = (view: string, columns: string) =>
          tables.query(`SELECT ${columns} FROM ${view} ORDER BY 1`, [], 9);
        for (const view of ["MODEL_INDEX", "TRAINING_RESULTS", "TRAINING_METRICS"])
          assert.deepEqual((await shown(view, "RUN_ID, SKU, DAY")).rows, [["one", 7, "2026-01-02"]]);
        // A run exposed again is there once; METRIC is a column of one of the views already.
        await expose(
          "one",
          [
            { name: "SKU", type: "integer" },
            { name: "DAY", type: "date" },
          ],
          [8, "2026-01-03"],
        );
        await expose(
          "two",
          [
            { name: "SKU", type: "string" },
            { name: "METRIC", type: "string" },
          ],
          ["x", "m"],
        );
        assert.deepEqual((await shown("MODEL_INDEX", "RUN_ID, SKU, METRIC")).rows, [
          ["one", "8", null],
          ["two", "x", "m"],
        ]);
        assert.deepEqual((await shown("TRAINING_METRICS", "RUN_ID, METRIC, KEY_METRIC")).rows, [
          ["one", "mase", null],
          ["two", "mase", "m"],
        ]);
        await tables.conceal("one");
        assert.deepEqual((await shown("TRAINING_RESULTS", "RUN_ID, SKU")).rows, [["two", "x"]]);
      });
    } else {
      test(`refuses SQL clearly (${limits.noSql})`, async ({ tables }) => {
        await assert.rejects(tables.query("SELECT 1", [], 1), {
          name: "ManymodelError",
          kind: "usage",
          message: /SQL/,
        });
      });
    }
  });
}
