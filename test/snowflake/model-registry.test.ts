import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { ManyModel } from "manymodel";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import type { SnowflakeAddress } from "../../src/core/snowflake-address.ts";
import { workspaceNames } from "../../src/engines/snowflake/names.ts";
import { openSession } from "../../src/engines/snowflake/session.ts";
import { modelStatements } from "../../src/engines/snowflake/sql/models.ts";
import { compileScorer } from "../../src/inference/compile-scorer.ts";
import { body, dailyQuery, fillDaily, fillTable } from "../workspace.ts";
import { openTestAccount, type TestAccount } from "./account.ts";
import { connectDriver, execute } from "./driver.ts";
import { PYTHON } from "./python.ts";
import { DAILY, workspace } from "./questions.ts";
import { issueToken } from "./server/users.ts";

/** Models of a version to register: MANYMODEL_SNOWFLAKE_MODELS=200000 for as many. */
const MODELS = Number(process.env.MANYMODEL_SNOWFLAKE_MODELS ?? 60);

let account: TestAccount;
let opened = 0;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

/**
 * Opens a workspace whose versions are in the Model Registry too, with its stage mounted: the driver reads no files in
 * threads.
 */
async function open(changes: Partial<SnowflakeAddress> = {}, schema = `M${opened++}`) {
  const mount = `${account.server.stages}/LAB.${schema}.MM_STAGE`;
  const engine = openSnowflakeEngine(
    account.address(schema, { modelRegistry: true, mount, ...changes }),
    compileScorer,
  );
  onTestFinished(() => engine.close());
  await engine.preparation!.prepare();
  return new ManyModel({ ...(await parseConfig("engine: snowflake", "f")), file: "f", directory: "." }, engine);
}

/** Returns the account's own list of the versions of a model. */
async function versionsOf(schema: string, model: string) {
  const token = issueToken(account.server.users.oauthTokens, "LAB_USER");
  const connection = await connectDriver(account.server, { authenticator: "OAUTH", token });
  const { rows } = await execute(connection, `SHOW VERSIONS IN MODEL "LAB"."${schema}"."${model}"`);
  return rows.map(({ metadata, aliases, ...row }) => ({
    ...row,
    metadata: JSON.parse(metadata as string),
    aliases: JSON.parse(aliases as string) as string[],
  })) as unknown as { name: string; aliases: string[]; comment: string; metadata: Record<string, never> }[];
}

const statements = (pattern: RegExp) => account.server.log.filter((sql) => pattern.test(sql)).length;

/** Trains a run of twelve daily series in this process. */
async function trained(mm: ManyModel) {
  await fillDaily(mm, 12, 30);
  return mm.foreachPartition("unit_id").dopar(body("smoothed"), { dataQuery: dailyQuery, mode: "local" });
}

describe.skipIf(PYTHON === undefined)("a version as one of a MODEL (skipped without a Python that has pandas)", () => {
  it("holds run, index, bundle, metrics and comment, and what follows it: aliases, the default, what is said", async () => {
    const mm = await open({}, "FOLLOWS");
    const run = await trained(mm);
    const { registry } = mm;
    const first = await registry.logManyModel({ name: "M", version: "V1", run, horizon: 3, comment: "it's \\ first" });
    const [logged] = await versionsOf("FOLLOWS", "M");
    expect(logged).toMatchObject({ name: "V1", comment: "it's \\ first", aliases: ["DEFAULT", "FIRST", "LAST"] });
    expect(logged!.metadata).toMatchObject({
      metrics: { succeeded: 12, failed: 0, skipped: 0 },
      mm: { run: run.runId, index_sha256: first.index.sha256, bundle_sha256: first.definitionSha256, tags: {} },
    });
    const python = await readFile("src/engines/snowflake/many_model.py", "utf8");
    const [, predict = ""] = /def predict\(.*?\*,(.*?)\) ->/s.exec(python) ?? [];
    const parameters = Array.from(predict.matchAll(/(\w+):/g), ([, name]) => name);
    expect(logged!.metadata).toMatchObject({ mm: { parameters } });
    await registry.logManyModel({ name: "M", version: "V-2", run, horizon: 3 });
    await registry.setModelAlias("M", "champion", "V1");
    await registry.setModelAlias("M", "champion", "V-2");
    await registry.setModelAlias("M", "staging", "V1");
    await registry.setModelMetric("M", "V1", "mase", 0.9);
    await registry.setModelTag("M", "V1", "season", "it's $$ winter");
    await registry.setModelComment("M", "V1", "😀");
    const aliases = async () => Object.fromEntries((await versionsOf("FOLLOWS", "M")).map((v) => [v.name, v.aliases]));
    expect(await aliases()).toEqual({ V1: ["FIRST", "STAGING"], "V-2": ["DEFAULT", "LAST", "CHAMPION"] });
    expect((await versionsOf("FOLLOWS", "M"))[0]).toMatchObject({
      comment: "😀",
      metadata: { metrics: { succeeded: 12, mase: 0.9 }, mm: { run: run.runId, tags: { season: "it's $$ winter" } } },
    });
    await registry.setDefaultModelVersion("M", "V1");
    await registry.rollback("M", "champion");
    expect(await aliases()).toEqual({ V1: ["DEFAULT", "FIRST", "STAGING", "CHAMPION"], "V-2": ["LAST"] });
    await registry.deleteModelVersion("M", "V-2");
    expect(Object.keys(await aliases())).toEqual(["V1"]);
    for (const alias of ["champion", "staging", "default"]) await registry.removeModelAlias("M", alias);
    await registry.deleteModelVersion("M", "V1");
    await expect(versionsOf("FOLLOWS", "M")).rejects.toMatchObject({ code: "002003" });
    await expect(registry.setModelAlias("M", "a-b", "V1")).rejects.toMatchObject({ kind: "usage" });
  });

  it("is logged once, whoever asks again; another run's, or somebody else's, is a conflict", async () => {
    const mm = await open({}, "ONCE");
    const run = await trained(mm);
    const log = (version: string, of = run) => mm.registry.logManyModel({ name: "M", version, run: of, horizon: 3 });
    const { failing } = account.server.faults;
    // It is logged, but not recorded: asking again finds it.
    failing.push({
      pattern: /^INSERT INTO "LAB"."ONCE"."MM_VERSIONS"/,
      code: "000604",
      message: "cancelled",
      times: 1,
    });
    await expect(log("V1")).rejects.toThrow(/cancelled/);
    expect(await mm.registry.showVersions("M")).toEqual([]);
    const calls = statements(/^CALL "LAB"."ONCE"/);
    await log("V1");
    expect(statements(/^CALL "LAB"."ONCE"/)).toBe(calls);
    await mm.registry.deleteModelVersion("M", "V1");
    // Two at once: the account logs it once, and one of the two records it.
    const [first, second] = [mm, await open({}, "ONCE")].map(({ registry }) =>
      registry.logManyModel({ name: "M", version: "TWICE", run, horizon: 3 }).then(
        () => "recorded",
        (error: Error) => error.message,
      ),
    );
    expect([await first, await second].sort()).toEqual([
      expect.stringMatching(/has a version TWICE already/),
      "recorded",
    ]);
    await mm.registry.deleteModelVersion("M", "TWICE");
    // Logged, but not described: asking again describes it.
    failing.push({ pattern: /"ONCE"."M" MODIFY .* SET METADATA/, code: "000604", message: "cancelled", times: 1 });
    await expect(log("V1")).rejects.toThrow(/cancelled/);
    const logged = statements(/^CALL "LAB"."ONCE"/);
    await log("V1");
    expect(statements(/^CALL "LAB"."ONCE"/)).toBe(logged);
    expect((await versionsOf("ONCE", "M"))[0]).toMatchObject({
      metadata: { metrics: { succeeded: 12 }, mm: { run: run.runId } },
    });
    await mm.registry.deleteModelVersion("M", "V1");
    // Logged, not recorded, and then another run under the same name.
    failing.push({
      pattern: /^INSERT INTO "LAB"."ONCE"."MM_VERSIONS"/,
      code: "000604",
      message: "cancelled",
      times: 1,
    });
    await expect(log("V1")).rejects.toThrow(/cancelled/);
    const other = await mm
      .foreachPartition("unit_id")
      .dopar(body("smoothed"), { dataQuery: dailyQuery, mode: "local", seed: 7 });
    await expect(log("V1", other)).rejects.toMatchObject({
      kind: "conflict",
      message: expect.stringMatching(/MODEL M has a version V1 that is not of run/),
    });
  });

  it("costs the same statements and bytes for any number of models, and holds their files only where it is to", async () => {
    const cost = async (schema: string, units: number, changes: Partial<SnowflakeAddress> = {}) => {
      const mm = await open(changes, schema);
      await fillDaily(mm, units, 2);
      const run = await mm
        .foreachPartition("unit_id")
        .dopar(body("slow"), { dataQuery: dailyQuery, mode: "local", exports: { ms: 0 } });
      const before = account.server.log.length;
      await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 3 });
      const { folder } = account.server.models.version(`LAB.${schema}.M`, "V1");
      const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
      const sizes = await Promise.all(files.map(async (one) => (await stat(path.join(one.parentPath, one.name))).size));
      return {
        statements: account.server.log.slice(before).map((sql) => sql.replaceAll(`"${schema}"`, "").slice(0, 30)),
        bytes: sizes.reduce((sum, size) => sum + size, 0),
        files: files.map(({ name }) => name).sort(),
      };
    };
    const few = await cost("FEW", 2);
    const many = await cost("MANY", MODELS);
    if (MODELS > 60)
      console.info(
        `registering ${MODELS} models: ${many.statements.length} statements, ${many.bytes} bytes; 2 models: ${few.statements.length}, ${few.bytes}`,
      );
    expect(many.statements).toEqual(few.statements);
    // Counts have more digits.
    expect(Math.abs(many.bytes - few.bytes)).toBeLessThan(100);
    expect(many.files).toEqual(["package.json", "scorer.mjs", "version.json"]);
    const whole = await cost("WHOLE", 2, { modelFiles: "model" });
    expect(whole.files).toEqual(expect.arrayContaining(["model_index.json", "version.json"]));
  });

  it("that cannot be logged is not registered, and the way out is said", async () => {
    const mm = await open({}, "REFUSED");
    const run = await trained(mm);
    const log = () => mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 3 });
    const { failing } = account.server.faults;
    const message = "Package 'snowflake-ml-python' is not available";
    failing.push({ pattern: /^CALL "LAB"."REFUSED"/, code: "391546", message, times: 1 });
    await expect(log()).rejects.toThrow(/not available.*set snowflake.model_registry: false/);
    expect(await mm.registry.showVersions()).toEqual([]);
    failing.push({ pattern: /^CREATE PROCEDURE/, code: "391546", message, times: 1 });
    await expect(mm.engine.preparation!.prepare()).rejects.toThrow(/set snowflake.model_registry: false/);
  });

  it("follows later what it could not follow at once, and takes in versions from before", async () => {
    const before = await open({ modelRegistry: false }, "LATER");
    const run = await trained(before);
    await before.registry.logManyModel({ name: "M", version: "V1", run, horizon: 3 });
    await before.registry.setModelMetric("M", "V1", "mase", 0.5);
    await expect(before.models.sync()).rejects.toMatchObject({ kind: "usage" });
    const mm = await open({}, "LATER");
    expect(await mm.models.sync()).toEqual(["M"]);
    expect((await versionsOf("LATER", "M"))[0]!.metadata).toMatchObject({ metrics: { mase: 0.5 } });
    account.server.faults.failing.push({ pattern: /SET ALIAS/, code: "000604", message: "cancelled", times: 1 });
    await expect(mm.registry.setModelAlias("M", "champion", "V1")).rejects.toThrow(
      /alias champion is recorded, but MODEL M did not follow: .*cancelled.*manymodel model sync M/,
    );
    expect((await mm.registry.showAliases("M")).map(({ alias }) => alias)).toEqual(["champion"]);
    expect((await versionsOf("LATER", "M"))[0]!.aliases).not.toContain("CHAMPION");
    await mm.models.sync("M");
    expect((await versionsOf("LATER", "M"))[0]!.aliases).toContain("CHAMPION");
    const changes = statements(/^ALTER MODEL "LAB"."LATER"/);
    await mm.models.sync("M");
    expect(statements(/^ALTER MODEL "LAB"."LATER"/)).toBe(changes);
  });
});

const INFERENCE = { computePool: "POOL", replicas: 1 };

describe.skipIf(PYTHON === undefined)("a batch by an inference job (skipped without a Python that has pandas)", () => {
  /** Opens two workspaces on one schema, one of which scores by an inference job. */
  async function both(schema: string) {
    return [await open({ inference: { ...INFERENCE, replicas: 3 } }, schema), await open({}, schema)] as const;
  }
  /** Returns the rows of a table of results. */
  const rows = async (mm: ManyModel, table: string) =>
    (await mm.engine.tables.query(`SELECT * FROM ${table} ORDER BY PARTITION_KEY, STEP`, [], 10_000)).rows;

  it("gives what this process gives, to the bit: keys of all types, missing values, models moved on, failures, no models", async () => {
    const [mm, client] = await both("TYPED");
    const columns = [
      ...([
        ["S", "string"],
        ["I", "integer"],
        ["F", "number"],
        ["B", "boolean"],
        ["D", "date"],
        ["T", "timestamp"],
      ] as const),
      ...([
        ["AT", "timestamp"],
        ["Y", "number"],
        ["NOTE", "string"],
        ["FLAG", "boolean"],
      ] as const),
    ].map(([name, type]) => ({ name, type }));
    const keys = [
      ["a,b'%", 1n, 0.1, true, 0, 1],
      [null, null, null, null, null, null],
      ["😀", 9007199254740993n, -1e300, false, -86_400_000, 1_700_000_000_123],
      ["short", 2n, 1 / 3, true, 86_400_000, -1],
    ];
    const series = (days: number, from = 0) =>
      keys.flatMap((key, k) =>
        Array.from({ length: key[0] === "short" ? 3 : days }, (_, i) => {
          const at = (from + i) * 86_400_000;
          return [
            ...key,
            at,
            i % 11 === 3 ? null : Math.sin(i + k) * 1e5 + i / 3,
            i % 5 === 0 ? null : `n${i}`,
            i % 3 === 0 ? null : i % 2 === 0,
          ];
        }),
      );
    await fillTable(mm, "HISTORY", columns, series(40));
    await fillTable(mm, "NOW", columns, [...series(45), ["new", 3n, 2, false, 0, 0, 0, 1, "n", true]]);
    const keyColumn = ["S", "I", "F", "B", "D", "T"];
    const query = { table: "HISTORY", keyColumn, columns: ["Y", "NOTE", "FLAG", "AT"], orderBy: ["AT"] };
    const run = await mm.foreachPartition("unit").dopar(body("moved-on"), { dataQuery: query, mode: "local" });
    expect(run.index).toMatchObject({ succeeded: 3, failed: 1 });
    await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 5 });
    const batch = { model: "M", version: "V1", inputTable: "NOW", levels: [50, 90], quantiles: [0.1, 0.5] };
    const counts = { partitions: 5, noModel: 2, fallback: 0 };
    expect(await mm.registry.runBatch({ ...batch, outputTable: "INFERRED" })).toMatchObject(counts);
    expect(account.server.faults.inferenceErrors).toEqual([]);
    expect(await client.registry.runBatch({ ...batch, outputTable: "SCORED" })).toMatchObject(counts);
    const inferred = await rows(mm, "INFERRED");
    expect(inferred).toEqual(await rows(mm, "SCORED"));
    expect(new Set(inferred.map((row) => row[row.length - 4]))).toEqual(new Set(["OK", "ERROR", "NO_MODEL"]));
    const fallback = { ...batch, missingModel: "fallback", target: "Y", advance: false } as const;
    expect(await mm.registry.runBatch({ ...fallback, outputTable: "INFERRED" })).toMatchObject({ fallback: 2 });
    await client.registry.runBatch({ ...fallback, outputTable: "SCORED" });
    expect(await rows(mm, "INFERRED")).toEqual(await rows(mm, "SCORED"));
    // The MODEL's own process has fetched what it needed of the stage.
    expect(await readFile(path.join(account.server.stages, "..", "fetched"), "utf8")).toMatch(/model_index\.json/);
    // Nothing is left of a job whose rows are published.
    expect(await mm.engine.stage.list("scores/")).toEqual([]);
    expect(account.server.services.jobs.size).toBe(0);
  });

  it("bounds forecasts, and says what to order by, as this process does", async () => {
    const yaml = `
source: { table: SALES, partition_by: SKU, order_by: DAY, target: QTY, lower_bound: 0, upper_bound: CAP, integer: true }
model: naive
train: { horizon: 3, holdout: 0 }
`;
    const [inside, here] = await both("BOUNDED");
    const mm = await workspace(inside.engine, yaml);
    const columns = [
      { name: "SKU", type: "string" },
      { name: "DAY", type: "date" },
      { name: "QTY", type: "number" },
      { name: "CAP", type: "number" },
      { name: "LEAD", type: "number" },
    ] as const;
    const past = (sku: string, lead: number | null) =>
      Array.from({ length: 10 }, (_, i) => [sku, i * 86_400_000, i % 2 === 0 ? 3 : 1, 100, lead]);
    const planned = [
      ["A", 10 * 86_400_000, null, 4, null],
      ["A", 11 * 86_400_000, null, 6, null],
    ];
    await fillTable(mm, "SALES", [...columns], [...past("A", 2), ...past("B", null), ...past("C", 9), ...planned]);
    const { runId: run } = await mm.train();
    const { model } = await mm.models.register({ run });
    const batch = { model, levels: [95], leadTime: "LEAD", serviceLevel: 0.9 };
    const before = statements(/^EXECUTE INFERENCE JOB SERVICE/);
    expect(await mm.score({ ...batch, outputTable: "INFERRED" })).not.toHaveProperty("scoredHere");
    expect(statements(/^EXECUTE INFERENCE JOB SERVICE/)).toBe(before + 1);
    expect(account.server.faults.inferenceErrors).toEqual([]);
    const client = await workspace(here.engine, yaml);
    await client.score({ ...batch, outputTable: "SCORED" });
    expect(await rows(mm, "INFERRED")).toEqual(await rows(client, "SCORED"));
    // A warehouse's functions draw no sample paths.
    const auto = await workspace((await open({ scoring: "auto" }, "BOUNDED")).engine, yaml);
    const { scoredHere } = await auto.score({ ...batch, outputTable: "SCORED_HERE" });
    expect(scoredHere).toMatch(/^a table function gives no quantile of the demand over a lead time/);
    expect(await rows(auto, "SCORED_HERE")).toEqual(await rows(mm, "INFERRED"));
    // A naive forecast is 1 with intervals of ±1.96 · 2 · √h, bounded by 0 and by the planned 4, 6 and 6, and whole outwards.
    const { rows: ordered } = await mm.tables.query(
      "SELECT SKU, FORECAST, LO_95, HI_95, LEAD_TIME, LEAD_DEMAND, ORDER_UP_TO IS NULL FROM INFERRED WHERE SKU = 'A' OR STEP = 1 ORDER BY SKU, STEP",
    );
    expect(ordered).toEqual([
      ["A", 1, 0, 4, null, null, true],
      ["A", 1, 0, 6, 2, 2, false],
      ["A", 1, 0, 6, null, null, true],
      ["B", 1, 0, 5, null, null, true],
      ["C", 1, 0, 5, null, null, true],
    ]);
    // A version that a release without lead times has logged says so.
    const listed = await versionsOf("BOUNDED", model);
    const {
      mm: { parameters: _, ...older },
      ...metadata
    } = listed[0]!.metadata as unknown as { mm: Record<string, unknown> };
    const session = openSession(account.address("BOUNDED"));
    onTestFinished(() => session.close());
    const names = workspaceNames(account.address("BOUNDED"));
    await session.rows(
      modelStatements(names).setMetadata(model, listed[0]!.name, JSON.stringify({ ...metadata, mm: older })),
    );
    await expect(mm.score(batch)).rejects.toThrow(/logged before it knew lead times; register run .* again/);
  });

  it("a partition whose definition ends the process is an error, and so is one that throws; the others are scored", async () => {
    const mm = await open({ inference: INFERENCE });
    await fillDaily(mm, 6, 10);
    const run = await mm
      .foreachPartition("unit_id")
      .dopar(body("ends-scoring"), { dataQuery: dailyQuery, mode: "local" });
    await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 2 });
    expect(await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES" })).toMatchObject({
      ok: 4,
      errors: 2,
    });
    const { rows } = await mm.engine.tables.query(
      "SELECT UNIT_ID, ERROR_TYPE, ERROR_MESSAGE FROM FORECAST_RESULTS WHERE STATUS = 'ERROR' ORDER BY UNIT_ID",
      [],
      10,
    );
    expect(rows).toEqual([
      ["U02", "predict-error", "the process that scored it ended with code 3"],
      ["U03", "predict-error", "told to fail"],
    ]);
  });

  it("finds the job that a killed process began, launches one that failed again, and takes no answers that are not whole", async () => {
    const mm = await open({ inference: INFERENCE }, "AGAIN");
    const run = await trained(mm);
    const version = await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 3 });
    const launches = () => statements(/^EXECUTE INFERENCE JOB SERVICE[\s\S]*"AGAIN"/);
    const snapshot = await mm.engine.source.snapshot({
      table: "SALES",
      keyColumns: ["UNIT_ID"],
      orderBy: ["UNIT_ID", "OBS_DATE"],
      duplicates: "fail",
    });
    const task = { version, snapshot, horizon: 3, levels: [80, 95], advance: true, completion: null };
    const request = { ...task, outputTable: "FORECAST_RESULTS" };
    await mm.engine.inference!.score(request);
    const batch = () => mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES" });
    expect(await batch()).toMatchObject({ ok: 12 });
    expect(launches()).toBe(1);
    account.server.faults.failedInferences = 1;
    expect(await batch()).toMatchObject({ ok: 12 });
    expect(launches()).toBe(3);
    account.server.faults.failedInferences = 2;
    await expect(batch()).rejects.toThrow(/the inference job MM_SCORE_[0-9A-F]{16} failed 2 times/);
    account.server.faults.lostOutcomes = 1;
    await expect(batch()).rejects.toThrow(/gave 11 answers for 11 of 12 partitions; nothing is written/);
    expect(await batch()).toMatchObject({ ok: 12, rows: 36 });
    expect(await rows(mm, "FORECAST_RESULTS")).toHaveLength(36);
  });

  it("refuses an index that was changed after it was registered", async () => {
    const mm = await open({ inference: INFERENCE, modelFiles: "model" }, "CHANGED");
    const run = await trained(mm);
    await mm.engine.stage.put(run.index.path, new TextEncoder().encode("{}"));
    await expect(mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 3 })).rejects.toThrow(
      /model_index.json was changed after it was stored/,
    );
  });

  it("is the last resort of scoring auto: for a definition that is too large for a table function, and can be", async () => {
    const inference = { computePool: "LAB_POOL", replicas: 2 };
    const { engine } = await open({ scoring: "auto", inference }, "RESORT");
    const mm = await workspace(engine, DAILY);
    await fillDaily(mm, 3, 40);
    const batch = async (model: "snaive" | "best", options = {}) => {
      const { runId } = await mm.train(model, { mode: "local", exports: { holdout: 0 } });
      const { version } = await mm.models.register({ run: runId, model: model.toUpperCase(), horizon: 3 });
      const before = account.server.log.length;
      const request = { model: model.toUpperCase(), version, inputTable: "SALES", ...options };
      const { ok, scoredHere } = await mm.score(request);
      const log = account.server.log.slice(before);
      const jobs = log.filter((sql) => /^EXECUTE INFERENCE JOB SERVICE/.test(sql)).length;
      const functions = log.filter((sql) => /^CREATE FUNCTION IF NOT EXISTS \S+"MM_PREDICT_/.test(sql)).length;
      return { ok, jobs, functions, scoredHere };
    };
    expect(await batch("snaive")).toEqual({ ok: 3, jobs: 0, functions: 1, scoredHere: undefined });
    expect(await batch("best")).toEqual({ ok: 3, jobs: 1, functions: 0, scoredHere: undefined });
    expect(await batch("snaive", { leadTime: 2 })).toEqual({ ok: 3, jobs: 1, functions: 0, scoredHere: undefined });
    expect(await batch("best", { incremental: true })).toMatchObject({
      ok: 3,
      jobs: 0,
      scoredHere: expect.stringMatching(/incremental/),
    });
  });

  it("names the options that only a batch of this process has", async () => {
    const mm = await open({ inference: INFERENCE }, "LIMITS");
    const run = await trained(mm);
    const version = await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 3 });
    const batch = (options: object) =>
      mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES", ...options });
    await expect(batch({ incremental: true })).rejects.toThrow(/an inference job cannot use incremental/);
    await expect(batch({ columns: ["Y"] })).rejects.toThrow(/set snowflake.scoring: client/);
    await mm.engine.versions.create({ ...version, version: "V2" }, { by: "x", at: version.createdAt });
    await expect(batch({})).resolves.toMatchObject({ ok: 12 });
    const unlogged = await open({ modelRegistry: false }, "LIMITS");
    await unlogged.registry.logManyModel({ name: "M", version: "V3", run, horizon: 3 });
    await expect(batch({ version: "V3" })).rejects.toThrow(/MODEL M has no version V3 .* manymodel model sync M/);
  });
});
