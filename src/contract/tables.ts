import assert from "node:assert/strict";
import type { QueryValue } from "../ports/tables.ts";
import { type Harness, type OpenEngine, onEngine } from "./harness.ts";
import { fill, ODD_KEYS, type Row } from "./sales-rows.ts";

/** The limits of an engine's tables, each with its reason. */
export interface TablesLimits {
  readonly noSql?: string;
}

/** Checks how an engine answers queries, or refuses them. */
export function tablesContract(harness: Harness, open: OpenEngine, limits: TablesLimits = {}): void {
  harness.describe("tables", () => {
    const test = onEngine(harness, open);
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
