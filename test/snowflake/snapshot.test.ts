import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { expect, it, onTestFinished } from "vitest";
import { openSession } from "../../src/engines/snowflake/session.ts";
import { dailyQuery, fillDaily } from "../workspace.ts";
import { openTestAccount } from "./account.ts";
import { workspace } from "./questions.ts";

/** Opens a workspace in a schema of an account, with a session beside it; both close after the test. */
async function openSchema(schema: string) {
  const account = await openTestAccount({ procedures: false });
  onTestFinished(() => account.close());
  const address = account.address(schema);
  const engine = openSnowflakeEngine(address);
  const session = openSession(address);
  onTestFinished(async () => {
    await session.close();
    await engine.close();
  });
  await engine.preparation!.prepare();
  return { mm: await workspace(engine), engine, session, server: account.server };
}

it("times with a zone are pinned in UTC", async () => {
  const { mm, engine, session } = await openSchema("ZONES");
  await session.rows('CREATE TABLE IF NOT EXISTS "LAB"."ZONES"."T" (UNIT_ID VARCHAR, OBS_TS TIMESTAMP_TZ, Y DOUBLE)');
  const insert = 'INSERT INTO "LAB"."ZONES"."T" VALUES (?, ?, ?)';
  await session.change(insert, ["a", "2026-01-01 00:30:00+02:00", 1]);
  await session.change(insert, ["a", "2026-01-01 00:30:00+00:00", 2]);
  const snapshot = await mm.snapshot({ table: "T", keyColumn: "UNIT_ID", orderBy: ["OBS_TS"] });
  const { observed } = await engine.source.times(snapshot);
  expect([...observed]).toEqual([Date.UTC(2025, 11, 31, 22, 30), Date.UTC(2026, 0, 1, 0, 30)]);
});

it("a replaced view is pinned anew, and a view that shows the same rows is not", async () => {
  const { mm, session, server } = await openSchema("VIEWS");
  await fillDaily(mm, 3, 4);
  const view = (where: string) =>
    session.rows(`CREATE OR REPLACE VIEW "LAB"."VIEWS"."V" AS SELECT * FROM "LAB"."VIEWS"."SALES" WHERE ${where}`);
  const snapshot = () => mm.snapshot({ ...dailyQuery, table: "V" });
  const pins = () => server.log.filter((sql) => /^CREATE TRANSIENT TABLE/.test(sql)).length;
  await view("1 = 1");
  const whole = await snapshot();
  expect([whole.partitions, pins()]).toEqual([3, 1]);
  await view("2 = 2");
  expect([(await snapshot()).id, pins()]).toEqual([whole.id, 1]);
  await view("UNIT_ID <> 'U01'");
  const partial = await snapshot();
  expect([partial.partitions, partial.rows < whole.rows, pins()]).toEqual([2, true, 2]);
  await view("1 = 0");
  expect(await snapshot()).toMatchObject({ partitions: 0, rows: 0 });
});

it("an external table, whose last change nobody tells, is pinned, and refused where its rows change meanwhile", async () => {
  const { mm, session, server } = await openSchema("EXTERNAL");
  await fillDaily(mm, 3, 4);
  server.unversioned.add("LAB.EXTERNAL.SALES");
  const first = await mm.snapshot(dailyQuery);
  expect([first.partitions, (await mm.snapshot(dailyQuery)).id]).toEqual([3, first.id]);
  await session.change(`DELETE FROM "LAB"."EXTERNAL"."SALES" WHERE UNIT_ID = 'U01'`);
  // Somebody else deletes a row between the look at the rows and their pinning.
  server.faults.onStatement = (sql) => {
    if (!/^CREATE TRANSIENT TABLE/.test(sql)) return;
    server.faults.onStatement = () => {};
    void session.change(`DELETE FROM "LAB"."EXTERNAL"."SALES" WHERE UNIT_ID = 'U02'`);
  };
  await expect(mm.snapshot(dailyQuery)).rejects.toThrow(/SALES was changed while it was being read; try again/);
  expect((await mm.snapshot(dailyQuery)).partitions).toBe(1);
});

it("whole numbers beyond 2^53 are keys to the last digit", async () => {
  const { mm, engine, session } = await openSchema("EXACT");
  await session.rows('CREATE TABLE IF NOT EXISTS "LAB"."EXACT"."T" (ID NUMBER(38,0), DAY DATE, Y DOUBLE)');
  for (const id of ["9007199254740992", "9007199254740993", "9223372036854775807"])
    await session.change('INSERT INTO "LAB"."EXACT"."T" SELECT ?::NUMBER(38,0), ?::DATE, ?', [id, "2026-01-01", 1]);
  const snapshot = await mm.snapshot({ table: "T", keyColumn: "ID", orderBy: ["DAY"] });
  expect(await engine.source.keys(snapshot, 0, 9)).toEqual([
    [9007199254740992n],
    [9007199254740993n],
    [9223372036854775807n],
  ]);
});
