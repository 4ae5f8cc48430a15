import { engineContract, tableFunctionsContract, versionsContract } from "manymodel/contract";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { afterAll, beforeAll, describe, it } from "vitest";
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
