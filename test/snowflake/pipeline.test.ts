import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "manymodel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { STATEMENTS, shapeOf } from "../../scripts/snowflake-statements.js";
import { runRows, temporaryFolder } from "../workspace.ts";
import { openTestAccount, type TestAccount } from "./account.ts";
import { manymodel } from "./command.ts";
import { PYTHON } from "./python.ts";

const SERVICE = { compute: "service", compute_pool: "LAB_POOL", image: "/lab/mm/worker:1", replicas: 2, memory: "1Gi" };
const INFERENCE = {
  compute: "client",
  model_registry: true,
  scoring: "inference",
  compute_pool: "LAB_POOL",
  replicas: 2,
};
const PIPELINE = {
  source: {
    table: "SERIES_EVENTS",
    partition_by: "UNIT_ID",
    order_by: ["UNIT_ID", "OBS_DATE"],
    columns: ["UNIT_ID", "OBS_DATE", "Y"],
    period: 7,
  },
  model: fileURLToPath(new URL("../../examples/sku-demand/sku-forecast.ts", import.meta.url)),
  batch: { horizon: 7 },
};
const EXPORTS = { horizon: 7 };
/** A longer run than every time: MANYMODEL_SNOWFLAKE_SERIES=2000. */
const UNITS = Number(process.env.MANYMODEL_SNOWFLAKE_SERIES ?? 24);
const SERIES = ["setup", "--series", String(UNITS), "--days", "90"];

/** The steps in the output of `pipeline run`. */
type Steps = { step: string; result: Record<string, unknown> }[];

/**
 * Returns the results of a pipeline: every model, every failure, and the forecasts, without parts that differ from run
 * to run.
 */
async function leftBy(folder: string) {
  const mm = await connect(path.join(folder, "manymodel.yaml"));
  try {
    const [run] = await mm.engine.catalog.runs();
    const models = (await runRows(mm, run!.runId)).map(({ fitMs: _, attempt: __, ...row }) => row);
    const { rows } = await mm.engine.tables.query(
      "SELECT UNIT_ID, STEP, FORECAST, LO_80, HI_95, STATUS FROM FORECAST_RESULTS ORDER BY UNIT_ID, STEP",
      [],
      100_000,
    );
    return { models, forecasts: rows };
  } finally {
    await mm.close();
  }
}

/** The statements of each phase, by their first words. */
const PHASES = {
  setup: /^CREATE (SCHEMA|STAGE|VIEW|HYBRID TABLE)/,
  plan: /^(CREATE TRANSIENT TABLE|INSERT INTO \S+"MM_CHUNKS")/,
  train:
    /^(UPDATE \S+"MM_CHUNKS"|EXECUTE JOB SERVICE|EXECUTE TASK|CREATE TASK|CREATE FUNCTION IF NOT EXISTS \S+"MM_FIT_)/,
  index: /^COPY INTO \S+"MM_MODEL_STORE"/,
  register: /^INSERT INTO \S+"MM_VERSIONS"/,
  score: /^(COPY INTO \S+"FORECAST_RESULTS"|CREATE FUNCTION IF NOT EXISTS \S+"MM_PREDICT_)/,
};

/** Returns statements whose query tag does not name their purpose: the phase, and but for setting up, the run. */
function untold(log: readonly string[], tags: readonly string[]): string[] {
  return log.flatMap((sql, i) => {
    const { app, phase, run } = JSON.parse(tags[i]!) as Record<string, string>;
    const [expected] = Object.entries(PHASES).find(([, begins]) => begins.test(sql)) ?? [phase];
    const isTagged = app === "manymodel" && phase === expected && (phase === "setup" || run !== undefined);
    return isTagged || (expected === undefined && PASSING.test(sql)) ? [] : [`${tags[i]} ${sql.slice(0, 200)}`];
  });
}

/** The statements before the run is known. */
const PASSING = /^(ALTER SESSION|SELECT RECORD|SELECT RUN_ID|(GET|PUT) .*pipeline\/)/;

describe("manymodel pipeline run, engine: snowflake, on the local server", () => {
  let account: TestAccount;
  let folder: string;
  let local: Awaited<ReturnType<typeof leftBy>>;
  beforeAll(async () => {
    account = await openTestAccount();
    account.server.faults.mountLagMs = 200;
    folder = await mkdtemp(path.join(tmpdir(), "manymodel-test-"));
    await writeFile(path.join(folder, "manymodel.yaml"), JSON.stringify({ ...PIPELINE, train: { exports: EXPORTS } }));
    await manymodel(folder, ...SERIES);
    await manymodel(folder, "pipeline", "run");
    local = await leftBy(folder);
    const data = { engine: "snowflake", snowflake: account.block("DATA") };
    await writeFile(path.join(folder, "data.yaml"), JSON.stringify(data));
    await manymodel(folder, ...SERIES, "--config", "data.yaml");
  });
  afterAll(async () => {
    await account.close();
    await rm(folder, { recursive: true, force: true });
  });

  const ways: [string, string, Readonly<Record<string, unknown>>, string][] = [
    ["this process", "P_CLIENT", { compute: "client", scoring: "client" }, "tasks"],
    ["a task graph", "P_TASKS", SERVICE, "tasks"],
    ["a fed job service", "P_QUEUE", SERVICE, "queue"],
    ["a warehouse", "P_WAREHOUSE", { compute: "warehouse" }, "tasks"],
    ["this process, for a warehouse,", "P_SCORING", { compute: "client", scoring: "warehouse" }, "tasks"],
  ];
  if (PYTHON !== undefined) ways.push(["this process, for the MODEL,", "P_INFERENCE", INFERENCE, "tasks"]);
  // `npm run test:snowflake-ways`: every way to train with every way to score.
  const trained: typeof ways = [
    ["this process", "C", { compute: "client" }, "tasks"],
    ["a task graph", "T", SERVICE, "tasks"],
    ["a fed job service", "Q", SERVICE, "queue"],
    ["a warehouse", "W", { compute: "warehouse" }, "tasks"],
  ];
  const scored = [{ scoring: "client" }, { scoring: "warehouse" }, ...(PYTHON === undefined ? [] : [INFERENCE])];
  const every = trained.flatMap(([who, schema, settings, mode]) =>
    scored.map((scoring): (typeof ways)[number] => [
      `${who}, scored by ${scoring.scoring},`,
      `E_${schema}_${scoring.scoring.toUpperCase()}`,
      { ...scoring, ...settings, scoring: scoring.scoring },
      mode,
    ]),
  );
  it.each(process.env.MANYMODEL_SNOWFLAKE_WAYS === "all" ? every : ways)(
    "trains in %s the local engine's models, and scores them alike",
    async (_, schema, settings, mode) => {
      const folder = await temporaryFolder();
      const snowflake = { ...account.block(schema), ...settings };
      const config = {
        ...PIPELINE,
        source: { ...PIPELINE.source, table: "DATA.SERIES_EVENTS" },
        engine: "snowflake",
        snowflake,
        train: { mode, chunks_per_job: 5, workers: 1, exports: EXPORTS },
      };
      await writeFile(path.join(folder, "manymodel.yaml"), JSON.stringify(config));
      const { log, tags } = account.server;
      const before = log.length;
      const steps: Steps = await manymodel(folder, "pipeline", "run");
      expect(untold(log.slice(before), tags.slice(before))).toEqual([]);
      expect(steps.map(({ step }) => step)).toEqual(["setup", "train", "register", "batch"]);
      expect(steps.at(-1)!.result).toMatchObject({ partitions: UNITS, ok: UNITS, noModel: 0, errors: 0 });
      const inWarehouse = account.server.log.some((sql) => sql.includes(`"${schema}"."MM_PREDICT_`));
      // A warehouse scores unless something else is asked for.
      expect(inWarehouse).toBe(settings.scoring === undefined || settings.scoring === "warehouse");
      const left = await leftBy(folder);
      expect(left.models).toHaveLength(UNITS);
      expect(left).toEqual(local);
    },
  );

  it("sends no statement that the list of statements has not", () => {
    const listed = new Set(STATEMENTS.map(({ text }) => shapeOf(text)));
    const shapes = new Set(account.server.log.map(shapeOf));
    expect(
      [...shapes].filter(
        (shape) => !listed.has(shape) && !/^(EXPLAIN USING TEXT )?SELECT (\* FROM \( SELECT )?UNIT/.test(shape),
      ),
    ).toEqual([]);
  });
});
