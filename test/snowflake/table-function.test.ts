import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeSegment } from "../../src/core/segment.ts";
import { stagePath } from "../../src/core/stage-path.ts";
import { compileFitFunction } from "../../src/table-function/compile-function.ts";
import { trainByFunction } from "../../src/table-function/train-by-function.ts";
import { fillTable } from "../workspace.ts";
import { openTestAccount, type TestAccount } from "./account.ts";

const DEFINITION = `export default { fit: ({ unit_id, data }) => {
  if (unit_id === "b") throw new Error("b is never fitted");
  if (unit_id === "c") return Promise.resolve({ model: {} });
  return { model: { sum: data.numbers("Y").reduce((a, b) => a + b, 0) } };
} };`;

describe("training by a table function", () => {
  let account: TestAccount;
  beforeAll(async () => {
    account = await openTestAccount();
  });
  afterAll(() => account.close());

  it("fails a partition alone, splits a statement that fails, and gives every key its row", async () => {
    const engine = openSnowflakeEngine(account.address("W", { compute: "warehouse" }));
    await engine.preparation!.prepare();
    const columns = [
      { name: "ID", type: "string" },
      { name: "Y", type: "number" },
    ] as const;
    await fillTable(
      { engine } as never,
      "T",
      [...columns],
      [
        ["a", 0.1],
        ["a", 0.2],
        ["b", 1],
        ["c", 1],
        ["d", null],
        ["d", 2],
      ],
    );
    const snapshot = await engine.source.snapshot({ table: "T", keyColumns: ["ID"], columns: ["Y"] });
    const plan = { snapshot, keyArg: "unit_id", exports: {}, seed: 1 };
    const body = await compileFitFunction(new TextEncoder().encode(DEFINITION), "d", plan);
    const task = { chunk: 1, start: 0, keys: ["s:a", "s:b", "s:c", "s:d", "s:none"], ordinals: [0, 1, 2, 3, -1] };
    await engine.stage.put(stagePath.task("r", 1), new TextEncoder().encode(JSON.stringify(task)));
    const { faults, log } = account.server;
    faults.failing.push({
      pattern: /TABLE\("LAB"\."W"\."MM_FIT_/,
      code: "000630",
      message: "Statement reached its timeout",
      times: 1,
    });
    const train = () =>
      trainByFunction(engine, engine.functions!, { ...plan, runId: "r" } as never, body, { chunk: 1, attempt: 2 });
    const segment = await train();
    const rows = await decodeSegment(await engine.stage.get(segment.path), segment.path);
    expect(
      rows.map(({ partitionKey, outcome, errorType, position, attempt }) => [
        partitionKey,
        outcome,
        errorType,
        position,
        attempt,
      ]),
    ).toEqual([
      ["s:a", "succeeded", null, 0, 2],
      ["s:b", "failed", "fit-error", 1, 2],
      ["s:c", "failed", "fit-error", 2, 2],
      ["s:d", "failed", "invalid-return", 3, 2],
      ["s:none", "failed", "no-data", 4, 2],
    ]);
    expect(rows[0]!.model).toBe(`{"sum":${0.1 + 0.2}}`);
    expect(log.filter((sql) => /TABLE\("LAB"\."W"\."MM_FIT_/.test(sql))).toHaveLength(3);
    faults.failing.push({
      pattern: /TABLE\("LAB"\."W"\."MM_FIT_/,
      code: "000630",
      message: "Statement reached its timeout",
      times: 99,
    });
    const failed = await decodeSegment(await engine.stage.get((await train()).path), segment.path);
    expect(failed[0]!.errorMessage).toMatch(/Statement reached its timeout/);
    await engine.close();
  });
});
