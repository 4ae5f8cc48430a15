import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openTestAccount, SERVICE, type TestAccount } from "./account.ts";
import { QUESTIONS } from "./questions.ts";

describe("what is asked of an account (live.test.ts), asked of the local server", () => {
  let account: TestAccount;
  beforeAll(async () => {
    account = await openTestAccount();
  });
  afterAll(() => account.close());

  it.each(QUESTIONS.map((question, n) => ({ ...question, n })))("$name", async ({ ask, inContainers, n }) => {
    const address = account.address(`Q${n}`, inContainers && { compute: "service", service: SERVICE });
    const engine = openSnowflakeEngine(address);
    onTestFinished(() => engine.close());
    await engine.preparation!.prepare();
    expect(await ask({ engine, address })).not.toBe("");
  });
});
