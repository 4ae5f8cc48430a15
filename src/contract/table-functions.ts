import assert from "node:assert/strict";
import type { PartitionOutcome } from "../core/artifact.ts";
import { type ColumnInfo, getColumn } from "../core/columns/column.ts";
import type { Snapshot } from "../core/run.ts";
import { encodeSegment } from "../core/segment.ts";
import type { Engine } from "../ports/engine.ts";
import type { FunctionScoring, TableFunctions } from "../ports/table-functions.ts";
import { type Harness, type OpenEngine, onEngine } from "./harness.ts";

/** Numbers that lose a bit where a number goes through a text, or through another format of numbers. */
const AWKWARD = [0.1 + 0.2, 1 / 3, 2 ** 53 + 2, 5e-324, -1.7976931348623157e308, 2 ** -1022];

const INPUT: ColumnInfo[] = [
  { name: "ID", type: "string" },
  { name: "AT", type: "date" },
  { name: "Y", type: "number" },
];
const OUTPUT: ColumnInfo[] = [
  { name: "ID", type: "string" },
  { name: "STEP", type: "integer" },
  { name: "AT", type: "date" },
  { name: "SEEN", type: "timestamp" },
  { name: "Y", type: "number" },
  { name: "FLAG", type: "boolean" },
  { name: "STATUS", type: "string" },
  { name: "FINGERPRINT", type: "string" },
  { name: "PARTITION_KEY", type: "string" },
];
const DAY = 86_400_000;

/** Collects a partition's rows, and does `finalize` with them; `rows` and `write` are in its scope. */
const collecting = (finalize: string) => `{
  initialize: function (info, context) { this.rows = []; },
  processRow: function (row, writer, context) { this.rows.push(row); },
  finalize: function (writer, context) { var rows = this.rows; ${finalize} }
}`;

/** Tests every engine's table functions. The engine must train and score by them. */
export function tableFunctionsContract(harness: Harness, open: OpenEngine): void {
  harness.describe("table functions", () => {
    const test = onEngine(harness, open);

    test("fit sees each partition's rows in their order, numbers to the bit, and answers by ordinal", async (engine) => {
      const { functions, snapshot } = await prepare(engine);
      const body = collecting(
        "writer.writeRow({ P: rows[0].P, OUTCOME: JSON.stringify(rows.map(function (r) { return [r.PARTITION_KEY, r.C1, r.C2 === undefined ? null : r.C2]; })) });",
      );
      const outcomes = await functions.fit(snapshot, body, [
        { ordinal: 1, partitionKey: "s:b" },
        { ordinal: 0, partitionKey: "s:a" },
      ]);
      const expected = AWKWARD.map((y, i) => ["s:a", i * DAY, y]);
      assert.deepEqual(JSON.parse(outcomes.get(0) ?? "null"), expected);
      assert.deepEqual(JSON.parse(outcomes.get(1) ?? "null"), [["s:b", 0, null]]);
      assert.equal(outcomes.size, 2);
    });

    test("an error that a function lets out fails the statement", async (engine) => {
      const { functions, snapshot } = await prepare(engine);
      const body = collecting('throw new Error("out of the function");');
      await assert.rejects(functions.fit(snapshot, body, [{ ordinal: 0, partitionKey: "s:a" }]), /out of the function/);
    });

    test("a part's rows are all there or none, and become rows of the output, numbers to the bit", async (engine) => {
      const { functions, snapshot } = await prepare(engine);
      const { output, views } = engine;
      await output.create("OUT", OUTPUT);
      const body = collecting(`
        var first = rows[0];
        if (first.PARTITION_KEY === first.PLAN) throw new Error("not " + first.PLAN);
        if (first.KNOWN === "same") return writer.writeRow({ P: first.P, KEPT: true, V6: first.KNOWN_STATUS });
        rows.slice(1).forEach(function (r, i) {
          var ahead = r.KIND === 2;
          writer.writeRow({ P: r.P, KEPT: false, V0: first.MODEL + first.LAST_TS + first.SERIES_INTERVAL + first.SEED,
            V1: String(i + 1), V2: ahead ? r.F1 : r.C1, V3: ahead ? undefined : r.C1 + 1500, V4: ahead ? r.F2 : r.C2,
            V5: ahead, V6: "OK", V7: i === 0 ? "same" : undefined, V8: first.PARTITION_KEY });
        });`);
      const [path, columns] = ["runs/r/chunks/0001/1/segment.parquet", OUTPUT];
      const rows = [outcome("a", '{"m":1}'), outcome("b", '{"m":2}'), outcome("c", null)];
      await engine.stage.put(path, encodeSegment(snapshot.keyColumns, rows).content);
      const segment = { path, chunk: 1, attempt: 1, rows: 3, bytes: 0, sha256: "", succeeded: 2, failed: 1, source: 0 };
      await views.expose({ runId: "r", keyColumns: snapshot.keyColumns, segments: [segment] });
      assert.deepEqual(await functions.stored("r", segment), [
        { partitionKey: "s:a", hasModel: true, errorType: null, errorMessage: null },
        { partitionKey: "s:b", hasModel: true, errorType: null, errorMessage: null },
        { partitionKey: "s:c", hasModel: false, errorType: "fit-error", errorMessage: "it cannot be" },
      ]);
      const scoring = (plan: string, owner: string | null): FunctionScoring => ({
        body,
        plan,
        runId: "r",
        segment,
        snapshot,
        future: snapshot,
        outputTable: "OUT",
        columns,
        kept: owner,
      });
      const a = { ordinal: 0, partitionKey: "s:a", future: 1 };
      const b = { ordinal: 1, partitionKey: "s:b", future: -1 };

      const part = await functions.openPart(scoring("s:b", null));
      await assert.rejects(part.predict([a, b]), /not s:b/);
      assert.equal((await part.statuses()).size, 0);
      await part.predict([a]);
      assert.deepEqual([...(await part.statuses())], [[0, { status: "OK", kept: false }]]);
      const stored = await part.store();
      await part.drop();
      assert.equal(stored.rows, AWKWARD.length + 1);
      await output.publish("OUT", "o", [stored]);
      const outRows = await output.published("OUT", "o", ["STEP", "ID", "AT", "SEEN", "Y", "FLAG"]);
      const order = Array.from(getColumn(outRows, "STEP").values, Number);
      const inOrder = (name: string) => AWKWARD.map((_, i) => getColumn(outRows, name).values[order.indexOf(i + 1)]);
      assert.deepEqual(inOrder("Y"), AWKWARD);
      assert.deepEqual(
        inOrder("AT"),
        [...AWKWARD.keys()].map((i) => i * DAY),
      );
      assert.deepEqual(
        inOrder("SEEN"),
        [...AWKWARD.keys()].map((i) => i * DAY + 1500),
      );
      assert.deepEqual(
        inOrder("ID"),
        AWKWARD.map(() => '{"m":1}1970-01-06P1D7'),
      );
      const last = order.indexOf(AWKWARD.length + 1);
      assert.deepEqual([getColumn(outRows, "AT").values[last], getColumn(outRows, "FLAG").values[last]], [0, 1]);
      assert.ok(
        Number.isNaN(getColumn(outRows, "Y").values[last]) && Number.isNaN(getColumn(outRows, "SEEN").values[last]),
      );

      const next = await functions.openPart(scoring("", "o"));
      await next.predict([a, b]);
      assert.deepEqual(new Map(await next.statuses()).get(0), { status: "OK", kept: true });
      assert.equal((await next.store()).rows, 1);
      await next.drop();
    });
  });
}

/** Returns a partition's row of a segment. */
function outcome(id: string, model: string | null): PartitionOutcome {
  return {
    position: id.charCodeAt(0),
    key: [id],
    partitionKey: `s:${id}`,
    modelKind: null,
    model,
    metrics: null,
    outcome: model === null ? "failed" : "succeeded",
    forecast: null,
    info: null,
    nObs: 1,
    firstTs: "1970-01-01",
    lastTs: "1970-01-06",
    interval: "P1D",
    fitMs: 1,
    seed: 7,
    dataSha256: null,
    attempt: 1,
    errorType: model === null ? "fit-error" : null,
    errorMessage: model === null ? "it cannot be" : null,
    log: null,
  };
}

async function prepare(engine: Engine): Promise<{ functions: TableFunctions; snapshot: Snapshot }> {
  const { functions, source, output } = engine;
  assert.ok(functions !== undefined);
  const ids = [...AWKWARD.map(() => "a"), "b"];
  const columns = {
    ID: { type: "string", values: ids },
    AT: { type: "date", values: Float64Array.from([...AWKWARD.keys(), 0], (i) => i * DAY) },
    Y: { type: "number", values: Float64Array.from([...AWKWARD, NaN]) },
  } as const;
  await output.create("T", INPUT);
  await output.publish("T", "o", [await output.write("T", { length: ids.length, columns })]);
  return { functions, snapshot: await source.snapshot({ table: "T", keyColumns: ["ID"], orderBy: ["AT"] }) };
}
