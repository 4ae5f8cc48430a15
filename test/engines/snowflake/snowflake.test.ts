import { engineContract, tableFunctionsContract, versionsContract } from "manymodel/contract";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Engine } from "../../../src/ports/engine.ts";
import { openTestAccount, type TestAccount } from "../../snowflake/account.ts";

describe("snowflake engine, on the local server", () => {
  let account: TestAccount;
  let opened = 0;
  beforeAll(async () => {
    account = await openTestAccount();
  });
  afterAll(() => account.close());
  const open = async (changes = {}) => {
    const engine = openSnowflakeEngine(account.address(`T${opened++}`, changes));
    await engine.preparation!.prepare();
    return engine;
  };
  engineContract({ describe, it }, open);
  tableFunctionsContract({ describe, it }, () => open({ compute: "warehouse", scoring: "warehouse" }));
});

it("shows the forecasts of a configuration although another process has shown those of another since", async () => {
  const account = await openTestAccount();
  onTestFinished(() => account.close());
  const openSession = () => {
    const engine = openSnowflakeEngine(account.address("LAB"));
    onTestFinished(() => engine.close());
    return engine;
  };
  const [first, second] = [openSession(), openSession()];
  await first.preparation!.prepare();
  for (const table of ["ONE", "TWO"]) await first.output.create(table, [{ name: `OF_${table}`, type: "string" }]);
  const show = async ({ views, tables }: Engine, table: string) => {
    await views.showForecasts({ model: "M", table });
    return (await tables.query("SELECT * FROM FORECASTS", [], 9)).columns;
  };
  expect(await show(first, "ONE")).toEqual(["OF_ONE"]);
  expect(await show(second, "TWO")).toEqual(["OF_TWO"]);
  expect(await show(first, "ONE")).toEqual(["OF_ONE"]);
  // Nothing is defined again where the view shows it already.
  const definitions = () => account.server.log.filter((sql) => sql.includes(`VIEW "LAB"."LAB"."FORECASTS"`)).length;
  const before = definitions();
  expect(before).toBe(3);
  expect(await show(first, "ONE")).toEqual(["OF_ONE"]);
  expect(definitions()).toBe(before);
});

describe("snowflake engine, on the local server, with every version in the Model Registry too", () => {
  let account: TestAccount;
  let opened = 0;
  beforeAll(async () => {
    // The suite's versions are of runs that are not there: what is to be logged is noted, and no file is read.
    account = await openTestAccount({ procedures: false });
  });
  afterAll(() => account.close());
  versionsContract({ describe, it }, async () => {
    const scorer = async () => new TextEncoder().encode("// no scorer");
    const engine = openSnowflakeEngine(account.address(`T${opened++}`, { modelRegistry: true }), scorer);
    await engine.preparation!.prepare();
    return engine;
  });
});
