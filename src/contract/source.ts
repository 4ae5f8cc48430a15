import assert from "node:assert/strict";
import { getColumn } from "../core/columns/column.ts";
import type { PartitionKey } from "../core/partition-key.ts";
import { type Harness, type OpenEngine, onEngine } from "./harness.ts";
import { COLUMNS, DAY, fill, KEY_SIZES, longKey, ODD_KEYS, QUERY, type Row } from "./sales-rows.ts";

/** Checks how an engine reads tables partition by partition. */
export function sourceContract(harness: Harness, open: OpenEngine): void {
  harness.describe("source", () => {
    const test = onEngine(harness, open);
    test("groups rows by key in the order of the keys, NULL first, and orders them within", async (engine) => {
      const { source } = engine;
      await fill(engine, [
        ["b", 2, 20, true, "x"],
        ["a", 1, 1, null, null],
        [null, 5, 7, false, ""],
        ["b", 1, 10, false, "y"],
        ["b", 3, null, null, "z"],
      ]);
      const snapshot = await source.snapshot(QUERY);
      assert.deepEqual([snapshot.partitions, snapshot.rows, snapshot.timeColumn], [3, 5, "DAY"]);
      assert.deepEqual(await source.keys(snapshot, 0, 3), [[null], ["a"], ["b"]]);
      assert.deepEqual(await source.keys(snapshot, 1, 2), [["a"]]);
      const { batch: read, offsets } = await source.read(snapshot, [0, 1, 2]);
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
      const { source } = engine;
      const rows = Array.from({ length: 60_000 }, (_, i): Row => [`k${100 + Math.floor(i / 1000)}`, i, i, true, ""]);
      await fill(engine, rows);
      const snapshot = await source.snapshot(QUERY);
      const odd = Array.from({ length: 30 }, (_, i) => 2 * i + 1);
      const { batch: read, offsets } = await source.read(snapshot, odd);
      assert.deepEqual(
        Array.from(offsets),
        Array.from({ length: 31 }, (_, i) => 1000 * i),
      );
      const expected = odd.flatMap((p) => Array.from({ length: 1000 }, (_, i) => 1000 * p + i));
      assert.deepEqual(Array.from(getColumn(read, "Y").values as Float64Array), expected);
    });
    test("reads any partitions in any order in one read, and none for -1", async (engine) => {
      const { source } = engine;
      const rows = Array.from(
        { length: 40 },
        (_, i): Row => [`k${String(i >> 2).padStart(2, "0")}`, i, i, true, String(i)],
      );
      await fill(engine, rows);
      const snapshot = await source.snapshot(QUERY);
      const { batch: read, offsets } = await source.read(snapshot, [7, -1, 2, 3]);
      assert.deepEqual(Array.from(offsets), [0, 4, 4, 8, 12]);
      assert.deepEqual(
        Array.from(getColumn(read, "Y").values as Float64Array),
        [28, 29, 30, 31, 8, 9, 10, 11, 12, 13, 14, 15],
      );
      assert.deepEqual(getColumn(read, "NOTE").values.slice(0, 5), ["28", "29", "30", "31", "8"]);
      assert.deepEqual(Array.from((await source.read(snapshot, [-1])).offsets), [0, 0]);
    });
    test("leaves out no row that is newer than a time, or has none", async (engine) => {
      const { source } = engine;
      const days = [1, 2, 3, 4, NaN];
      await fill(
        engine,
        ["a", "b"].flatMap((key) => days.map((day): Row => [key, day, Number.isNaN(day) ? 99 : day, null, ""])),
      );
      const { batch: read, offsets } = await source.read(await source.snapshot(QUERY), [1, -1, 0], 3 * DAY);
      const values = Array.from(getColumn(read, "Y").values as Float64Array);
      const parts = [values.slice(0, offsets[1]), values.slice(offsets[2], offsets[3])];
      assert.deepEqual(
        parts.map((part) => part.filter((y) => y > 3).sort()),
        [
          [4, 99],
          [4, 99],
        ],
      );
      assert.equal(offsets[1], offsets[2]);
    });
    test("finds keys again, whatever is in them", async (engine) => {
      const { source } = engine;
      await fill(
        engine,
        ODD_KEYS.map((key, i): Row => [key, i, i, null, null]),
      );
      const snapshot = await source.snapshot(QUERY);
      assert.equal(snapshot.partitions, ODD_KEYS.length);
      const keys = await source.keys(snapshot, 0, snapshot.partitions);
      assert.deepEqual(new Set(keys.map(([key]) => key)), new Set(ODD_KEYS));
      const askedKeys: PartitionKey[] = [...ODD_KEYS.map((key) => [key]), ["not there"]];
      const ordinals = await source.locate(snapshot, askedKeys);
      assert.deepEqual(
        Array.from(ordinals, (at) => (at < 0 ? at : keys[at]?.[0])),
        [...ODD_KEYS, -1],
      );
    });
    test("takes keys of any size, and tells them apart by their last letter", async (engine) => {
      const { source } = engine;
      const keys = KEY_SIZES.flatMap((size) => [longKey(size), `${longKey(size).slice(0, -1)}~`]);
      await fill(
        engine,
        keys.flatMap((key, i): Row[] => [
          [key, 1, i, null, "x"],
          [key, 2, i + 0.5, null, null],
        ]),
      );
      const snapshot = await source.snapshot(QUERY);
      assert.equal(snapshot.partitions, keys.length);
      const longKeys: PartitionKey[] = [...keys, longKey(2999)].map((key) => [key]);
      const ordinals = Array.from(await source.locate(snapshot, longKeys));
      assert.equal(ordinals.pop(), -1);
      const stored = await source.keys(snapshot, 0, keys.length);
      assert.ok(ordinals.every((ordinal, i) => stored[ordinal]?.[0] === keys[i]));
      const { batch: read } = await source.read(snapshot, ordinals);
      assert.deepEqual(
        Array.from(getColumn(read, "Y").values as Float64Array),
        [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5],
      );
      const ids = getColumn(read, "ID").values as readonly (string | null)[];
      assert.ok(ids.every((key, row) => key === keys[row >> 1]));
      assert.deepEqual(getColumn(read, "NOTE").values.slice(0, 3), ["x", null, "x"]);
    });
    test("keeps composite keys apart that would collide if joined", async (engine) => {
      const { source } = engine;
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
      const snapshot = await source.snapshot({ table: "SALES", keyColumns: ["ID", "NOTE"] });
      assert.equal(snapshot.partitions, pairs.length);
      const keys = await source.keys(snapshot, 0, pairs.length);
      const ordinals = await source.locate(snapshot, pairs);
      assert.deepEqual(
        Array.from(ordinals, (at) => keys[at]),
        pairs,
      );
      const { batch: read } = await source.read(snapshot, Array.from(ordinals));
      assert.deepEqual(Array.from(getColumn(read, "Y").values as Float64Array), [0, 1, 2, 3, 4, 5]);
    });
    test("reads no columns at all, where only the keys matter", async (engine) => {
      const { source } = engine;
      await fill(engine, [
        ["b", 1, 1, null, null],
        ["a", 1, 1, null, null],
        ["b", 2, 1, null, null],
      ]);
      const snapshot = await source.snapshot({ table: "SALES", keyColumns: ["ID"], columns: [] });
      assert.deepEqual(await source.keys(snapshot, 0, 2), [["a"], ["b"]]);
      const { batch: read, offsets } = await source.read(snapshot, [0, 1]);
      assert.deepEqual([Object.keys(read.columns), Array.from(offsets)], [[], [0, 1, 3]]);
    });
    test("gives the same snapshot for the same rows, another for others", async (engine) => {
      const { source } = engine;
      await fill(engine, [["a", 1, 1, null, null]]);
      const first = await source.snapshot(QUERY);
      assert.deepEqual(await source.snapshot(QUERY), first);
      await fill(engine, [["a", 2, 2, null, null]], "SALES", "more");
      const second = await source.snapshot(QUERY);
      assert.notEqual(second.fingerprint, first.fingerprint);
      assert.equal(second.rows, 2);
      assert.deepEqual(
        Array.from((await source.read(first, [0])).offsets),
        [0, 1],
        "a snapshot does not follow its source",
      );
    });
    test("knows the columns of its tables and of what was published", async (engine) => {
      const { source, output } = engine;
      assert.equal(await source.columns("SALES"), undefined);
      await output.create("SALES", COLUMNS.slice(0, 2));
      assert.deepEqual(await source.columns("SALES"), COLUMNS.slice(0, 2));
      await fill(engine, [["a", 1, 1, null, null]]);
      assert.deepEqual(await source.columns("SALES"), COLUMNS);
    });
    test("refuses a key column named twice", async (engine) => {
      await fill(engine, [["a", 1, 1, null, null]]);
      await assert.rejects(engine.source.snapshot({ ...QUERY, keyColumns: ["ID", "id"] }), {
        kind: "usage",
        message: /twice/,
      });
    });
    test("answers many at the same time, each with its own", async (engine) => {
      const { source } = engine;
      const rows: Row[] = Array.from({ length: 300 }, (_, i) => [`k${i % 30}`, i, i, null, null]);
      await fill(engine, rows);
      const snapshot = await source.snapshot(QUERY);
      await Promise.all(
        Array.from({ length: 30 }, async (_, i) => {
          const [ordinal = -1] = await source.locate(snapshot, [[`k${i}`]]);
          assert.deepEqual(await source.keys(snapshot, ordinal, ordinal + 1), [[`k${i}`]]);
          const { batch } = await source.read(snapshot, [ordinal]);
          const expected = Array.from({ length: 10 }, (_, j) => i + 30 * j);
          assert.deepEqual(Array.from(getColumn(batch, "Y").values as Float64Array), expected);
        }),
      );
    });
    test("an empty table has no partitions", async ({ source, output }) => {
      await output.create("SALES", COLUMNS);
      assert.equal((await source.snapshot(QUERY)).partitions, 0);
    });
    test("gives a row for each key with the newest values that are not missing", async (engine) => {
      const { source } = engine;
      await fill(engine, [
        ["b", 3, null, null, "new"],
        ["b", 2, 2, null, null],
        ["b", 1, 1, true, "old"],
        ["a", 5, 9, null, null],
        [null, 1, 4, false, "x"],
      ]);
      const newest = { by: ["ID"], time: "day", values: { GROUP: "NOTE", WORTH: "y", PROMO: "PROMO" } };
      const columns = ["GROUP", "WORTH", "PROMO"];
      const query = { table: "SALES", newest, keyColumns: ["ID"], columns };
      const snapshot = await source.snapshot(query);
      assert.deepEqual(await source.keys(snapshot, 0, snapshot.partitions), [[null], ["a"], ["b"]]);
      const { batch: read } = await source.read(snapshot, [0, 1, 2]);
      assert.deepEqual(getColumn(read, "GROUP").values, ["x", null, "new"]);
      assert.deepEqual(Array.from(getColumn(read, "WORTH").values as Float64Array), [4, 9, 2]);
      assert.deepEqual(Array.from(getColumn(read, "PROMO").values as Uint8Array), [0, 2, 1]);
      assert.equal((await source.snapshot(query)).id, snapshot.id, "of the same rows");
      const { time: _, ...timeless } = newest;
      const greatest = await source.snapshot({
        ...query,
        newest: { ...timeless, values: { WORTH: "Y" } },
        columns: ["WORTH"],
      });
      assert.deepEqual(
        Array.from(getColumn((await source.read(greatest, [2])).batch, "WORTH").values as Float64Array),
        [2],
      );
      await assert.rejects(source.snapshot({ ...query, newest: { ...newest, by: ["SKU"] } }), {
        kind: "input",
        message: /"SKU".*ID, DAY, Y/,
      });
    });
    test("gives the times of rows with a target, and counts rows that repeat a time of their partition", async (engine) => {
      const { source } = engine;
      await fill(engine, [
        ["a", 1, 1, null, null],
        ["a", 3, null, null, null],
        ["a", 4, 4, true, "twice"],
        ["a", 4, 5, true, "twice"],
        ["b", 4, 0, null, null],
        ["b", 2, 2, null, null],
        ["b", 9, null, null, "planned"],
        ["b", 9, null, null, "planned twice"],
      ]);
      const snapshot = await source.snapshot({ ...QUERY, fill: { value: "zero", until: "panel" }, target: "y" });
      const { observed, later, repeated } = await source.times(snapshot);
      assert.deepEqual(
        Array.from(observed),
        [1, 2, 4].map((day) => day * DAY),
      );
      assert.deepEqual([later, repeated], [2, 1]);
    });
    test("puts series that have ended after the others, and reads them alike", async (engine) => {
      const { source } = engine;
      await fill(engine, [
        ["ended", 1, 1, null, null],
        ["newest", 9, 5, null, null],
        ["on the day", 4, 2, null, null],
        ["planned", 3, null, null, null],
        ["planned later", 3, 1, null, null],
        ["planned later", 8, null, null, null],
      ]);
      const snapshot = await source.snapshot({ ...QUERY, active: { withinMs: 5 * DAY }, target: "y" });
      assert.deepEqual([snapshot.partitions, snapshot.ended, snapshot.rows], [3, 2, 3]);
      const keys = await source.keys(snapshot, 0, 5);
      assert.deepEqual(keys, [["newest"], ["on the day"], ["planned"], ["ended"], ["planned later"]]);
      assert.deepEqual(Array.from(await source.locate(snapshot, keys)), [0, 1, 2, 3, 4]);
      assert.deepEqual(Array.from((await source.read(snapshot, [4, 0])).offsets), [0, 2, 3]);
      const { observed, later } = await source.times(snapshot);
      assert.deepEqual([Array.from(observed), later], [[4 * DAY, 9 * DAY], 0]);
      const all = await source.snapshot(QUERY);
      assert.deepEqual([all.partitions, all.ended], [5, undefined]);
      await assert.rejects(source.snapshot({ ...QUERY, orderBy: [], active: { withinMs: DAY }, target: "y" }), {
        kind: "config",
        message: /source\.active needs the dates of rows/,
      });
      await assert.rejects(source.snapshot({ ...QUERY, active: { withinMs: DAY }, target: "note" }), {
        kind: "config",
        message: /NOTE of SALES has the type/i,
      });
    });
    test("names a missing table or column and what there is", async (engine) => {
      const { source } = engine;
      await fill(engine, [["a", 1, 1, null, null]]);
      await assert.rejects(source.snapshot({ ...QUERY, table: "SALE" }), {
        kind: "not-found",
        message: /"SALE".*SALES/,
      });
      await assert.rejects(source.snapshot({ ...QUERY, columns: ["YY"] }), {
        kind: "input",
        message: /"YY".*ID, DAY, Y/,
      });
      await assert.rejects(source.snapshot({ ...QUERY, keyColumns: ["SKU"] }), { kind: "input", message: /"SKU"/ });
    });
  });
}
