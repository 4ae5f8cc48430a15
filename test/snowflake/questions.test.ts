import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openTestAccount, SERVICE, type TestAccount } from "./account.ts";
import { CONTAINER_QUESTIONS } from "./container-questions.ts";
import { QUESTIONS } from "./questions.ts";

describe("the questions for an account (live.test.ts), asked of the local server", () => {
  let account: TestAccount;
  beforeAll(async () => {
    account = await openTestAccount();
    account.server.faults.idleTransactionMs = 100;
  });
  afterAll(() => account.close());

  const all = [...QUESTIONS, ...CONTAINER_QUESTIONS].map((question, n) => ({ ...question, n }));
  it.for(all)("$name", async ({ ask, inContainers, onAccount, n }, { skip }) => {
    if (onAccount !== undefined) return skip(onAccount);
    const address = account.address(`Q${n}`, inContainers && { compute: "service", service: SERVICE });
    const engine = openSnowflakeEngine(address);
    onTestFinished(() => engine.close());
    await engine.preparation!.prepare();
    expect(await ask({ engine, address })).not.toBe("");
  });
});
