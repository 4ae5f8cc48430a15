import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ManyModel } from "manymodel";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import type { SnowflakeAddress } from "../../src/core/snowflake-address.ts";
import { until } from "../processes.ts";
import { body, dailyQuery, fillDaily, runRows, temporaryFolder } from "../workspace.ts";
import { openTestAccount, SERVICE, type TestAccount } from "./account.ts";
import { issueToken } from "./server/users.ts";

describe("failures on Snowflake", () => {
  let account: TestAccount;
  let opened = 0;
  beforeAll(async () => {
    account = await openTestAccount();
    account.server.faults.idleTransactionMs = 100;
  });
  afterAll(() => account.close());

  async function open(changes: Partial<SnowflakeAddress> = {}, schema = `F${opened++}`) {
    const engine = openSnowflakeEngine(account.address(schema, changes));
    onTestFinished(() => engine.close());
    await engine.preparation!.prepare();
    return engine;
  }

  it("a session whose token has expired continues with a new one", async () => {
    const engine = await open();
    await engine.catalog.createRun("r", "2026-11-24T00:00:00.000Z");
    account.server.faults.expiredTokens = 1;
    expect((await engine.catalog.run("r"))!.state).toBe("planning");
    expect(account.server.faults.expiredTokens).toBe(0);
  });

  it("a session that is lost before it is set up is opened again", async () => {
    await open({}, "LOST");
    const lost = { pattern: /^ALTER SESSION SET TIMEZONE/, code: "390111", message: "the session is gone", times: 1 };
    account.server.faults.failing.push(lost);
    const engine = openSnowflakeEngine(account.address("LOST"));
    onTestFinished(() => engine.close());
    expect(await engine.catalog.runs()).toEqual([]);
    expect(lost.times).toBe(0);
  });

  it("a session that is gone is opened again, with the token that is in the file then", async () => {
    const tokenFile = path.join(await temporaryFolder(), "token");
    const write = (token: string) => {
      writeFileSync(tokenFile, `${token}\n`);
      chmodSync(tokenFile, 0o444);
    };
    const { users, faults } = account.server;
    const first = issueToken(users.oauthTokens, "LAB_USER");
    write(first);
    const engine = await open({ authentication: { type: "oauth", tokenFile } });
    users.oauthTokens.delete(first);
    chmodSync(tokenFile, 0o644);
    write(issueToken(users.oauthTokens, "LAB_USER"));
    faults.expiredTokens = 1;
    faults.masterExpired = true;
    expect(await engine.catalog.runs()).toEqual([]);
    faults.masterExpired = false;
  });

  it("a statement that takes long is waited for", async () => {
    const engine = await open();
    account.server.faults.pollAfterMs = 0;
    await engine.catalog.createRun("r", "2026-11-24T00:00:00.000Z");
    expect(await engine.catalog.runs()).toHaveLength(1);
    account.server.faults.pollAfterMs = 30_000;
  });

  it("a claim that was granted to two workers is held by one, and finished once", async () => {
    const { queue, close } = await open();
    void close;
    const segment = { path: "p", chunk: 1, attempt: 1, rows: 1, bytes: 1, sha256: "00", succeeded: 1, failed: 0 };
    const options = { leaseMs: 3_600_000, maxAttempts: 9 };
    const count = 20;
    await queue.enqueue(
      "r",
      Array.from({ length: count }, (_, i) => ({ chunk: i + 1, partitions: 1, priority: 0 })),
    );
    account.server.faults.duplicateClaims = 15;
    const work = async (worker: string) => {
      let finished = 0;
      for (;;) {
        const lease = await queue.claim("r", worker, options);
        if (lease === undefined) return finished;
        if (await queue.finish(lease, { ...segment, chunk: lease.chunk, attempt: lease.attempt })) finished++;
      }
    };
    const finished = await Promise.all(["a", "b", "c", "d"].map(work));
    expect(account.server.faults.duplicateClaims).toBeLessThan(15);
    expect(finished.reduce((a, b) => a + b, 0)).toBe(count);
    for (const chunk of await queue.chunks("r"))
      expect(chunk).toMatchObject({ state: "finished", segment: { attempt: chunk.attempt } });
  });

  it("a chunk of a shard whose claim or end was done but not answered is claimed again by the shard's process", async () => {
    const { queue } = await open({ shard: { index: 0, count: 1 } });
    const segment = { path: "p", rows: 1, bytes: 1, sha256: "00", succeeded: 1, failed: 0 };
    const options = { leaseMs: 3_600_000, maxAttempts: 9 };
    const claim = () => queue.claim("r", "w", options);
    await queue.enqueue(
      "r",
      [1, 2].map((chunk) => ({ chunk, partitions: 1, priority: 0 })),
    );
    const lost = (pattern: RegExp, isDone: boolean) =>
      account.server.faults.failing.push({ pattern, code: "000604", message: "cancelled", times: 1, isDone });
    const first = await queue.claim("r", "other thread", options);
    expect(first).toMatchObject({ chunk: 1, attempt: 1 });
    lost(/SET STATE = 'leased'/, true);
    await expect(claim()).rejects.toThrow("cancelled");
    const second = await claim();
    expect(second).toMatchObject({ chunk: 2, attempt: 2 });
    const finish = (lease: typeof first) =>
      queue.finish(lease!, { ...segment, chunk: lease!.chunk, attempt: lease!.attempt });
    lost(/SET STATE = 'finished'/, false);
    await expect(finish(second)).rejects.toThrow("cancelled");
    const third = await claim();
    expect(third).toMatchObject({ chunk: 2, attempt: 3 });
    expect(await claim()).toBeUndefined();
    expect(await finish(first)).toBe(true);
    expect(await finish(second)).toBe(false);
    expect(await finish(third)).toBe(true);
    expect(await queue.ended("r")).toBe(true);
  });

  it("a file that cannot be put is an error with Snowflake's own words, and nothing is recorded", async () => {
    const engine = await open();
    account.server.faults.failing.push({ pattern: /^PUT /, code: "253003", message: "upload failed", times: 1 });
    await expect(engine.stage.put("a/b", new Uint8Array(3))).rejects.toThrow(/upload failed.*253003/);
    await engine.stage.put("a/b", new Uint8Array(3));
    expect(await engine.stage.list("a/")).toEqual(["a/b"]);
  });

  it("gc finds a snapshot pinned before an error, though the same rows were pinned since and are needed", async () => {
    const engine = await open({}, "PINNED");
    const mm = new ManyModel({ ...(await parseConfig("engine: snowflake", "f")), file: "f", directory: "." }, engine);
    await fillDaily(mm, 3, 4);
    const put = { pattern: /^PUT .*snapshots/, code: "253003", message: "upload failed", times: 1 };
    account.server.faults.failing.push(put);
    await expect(mm.snapshot(dailyQuery)).rejects.toThrow(/upload failed/);
    const run = await mm
      .foreachPartition("unit_id")
      .dopar(body("slow"), { dataQuery: dailyQuery, mode: "local", exports: { ms: 0 } });
    await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 1 });
    const folders = async () => new Set((await engine.stage.list("snapshots/")).map((name) => name.split("/")[2]));
    expect((await folders()).size).toBe(3);
    expect(await mm.garbage({ olderThan: 0.001, delete: true })).toMatchObject([{ what: "temporary" }]);
    expect((await folders()).size).toBe(2);
    expect(await mm.garbage({ olderThan: 0.001 })).toEqual([]);
    expect(await mm.runs.verify(run.runId)).toMatchObject({ problems: [] });
  });

  it("a transaction whose session is lost is done again from its beginning, and only once", async () => {
    const engine = await open();
    const { failing } = account.server.faults;
    failing.push({ pattern: /^INSERT INTO .*MM_RUNS/, code: "390104", message: "Session no longer exists.", times: 2 });
    await engine.catalog.createRun("r", "2026-11-24T00:00:00.000Z");
    expect(failing.at(-1)!.times).toBe(0);
    expect(await engine.catalog.runs()).toHaveLength(1);
    // Of a commit nobody knows whether it was done: it is said, and looked at.
    failing.push({ pattern: /^COMMIT/, code: "390104", message: "Session no longer exists.", times: 1 });
    await expect(engine.catalog.createRun("s", "2026-11-24T00:00:00.000Z")).rejects.toThrow(/refused COMMIT/);
  });

  it("a lock that is held for too long is waited for again", async () => {
    const engine = await open();
    account.server.faults.failing.push({
      pattern: /^DELETE FROM .*CHUNKS/,
      code: "000625",
      message: "lock timeout",
      times: 2,
    });
    await engine.queue.forget("r");
    expect(account.server.faults.failing.at(-1)!.times).toBe(0);
  });

  it("new replicas finish a run whose replicas were lost", async () => {
    const engine = await open({ compute: "service", service: SERVICE });
    const config = { ...(await parseConfig("engine: snowflake", "f")), file: "f", directory: "." };
    const mm = new ManyModel(config, engine);
    await fillDaily(mm, 12, 20);
    const running = mm
      .foreachPartition("unit_id")
      .dopar(body("slow"), { dataQuery: dailyQuery, chunksPerJob: 6, mode: "queue", exports: { ms: 400 } as never });
    const jobs = () => [...account.server.services.jobs.values()];
    await until(
      async () => (await engine.queue.counts((await engine.catalog.runs())[0]?.runId ?? "")).chunks.finished > 0,
    );
    const [first] = jobs();
    for (const { process } of first!.replicas) process.kill("SIGKILL");
    const run = await running;
    expect(run.index).toMatchObject({ succeeded: 12, failed: 0 });
    expect((await runRows(mm, run.runId)).map(({ position }) => position)).toEqual(
      Array.from({ length: 12 }, (_, i) => i),
    );
    expect(jobs()).toEqual([]);
  });
});
