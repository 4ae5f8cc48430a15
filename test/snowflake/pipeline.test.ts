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

/** What `pipeline run` says of its steps. */
type Steps = { step: string; result: Record<string, unknown> }[];

/** What a pipeline leaves: every model, every failure, and the forecasts; without what differs from run to run. */
async function leftBy(folder: string) {
  const mm = await connect(path.join(folder, "manymodel.yaml"));
  try {
    const [run] = await mm.engine.catalog.runs();
    const models = (await runRows(mm, run!.runId)).map(({ fitMs: _, attempt: __, ...row }) => row);
    const { rows } = await mm.engine.tables.query(
      "SELECT UNIT_ID, STEP, FORECAST, LO_80, HI_95, STATUS FROM FORECAST_RESULTS ORDER BY UNIT_ID, STEP",
      100_000,
    );
    return { models, forecasts: rows };
  } finally {
    await mm.close();
  }
}

describe("manymodel pipeline run, engine: snowflake, on the local server", () => {
  let account: TestAccount;
  let folder: string;
  let local: Awaited<ReturnType<typeof leftBy>>;
  beforeAll(async () => {
    account = await openTestAccount();
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

  const ways: [string, Readonly<Record<string, unknown>>, string][] = [
    ["this process", { compute: "client" }, "tasks"],
    ["a task graph", SERVICE, "tasks"],
    ["a fed job service", SERVICE, "queue"],
    ["a warehouse", { compute: "warehouse" }, "tasks"],
    ...(PYTHON === undefined
      ? []
      : [["this process, scored by the MODEL", INFERENCE, "tasks"] as [string, typeof INFERENCE, string]]),
  ];
  it.each(ways)("trains in %s what the local engine trains, and scores it alike", async (_, settings, mode) => {
    const folder = await temporaryFolder();
    const snowflake = {
      ...account.block(`P_${mode}_${settings.scoring ?? settings.compute}`.toUpperCase()),
      ...settings,
    };
    const config = {
      ...PIPELINE,
      source: { ...PIPELINE.source, table: "DATA.SERIES_EVENTS" },
      engine: "snowflake",
      snowflake,
      train: { mode, chunks_per_job: 5, workers: 1, exports: EXPORTS },
    };
    await writeFile(path.join(folder, "manymodel.yaml"), JSON.stringify(config));
    const steps: Steps = await manymodel(folder, "pipeline", "run");
    expect(steps.map(({ step }) => step)).toEqual(["setup", "train", "register", "batch"]);
    expect(steps.at(-1)!.result).toMatchObject({ partitions: UNITS, ok: UNITS, noModel: 0, errors: 0 });
    const left = await leftBy(folder);
    expect(left.models).toHaveLength(UNITS);
    expect(left).toEqual(local);
  });

  it("sends no statement that the list of statements has not", () => {
    const listed = new Set(STATEMENTS.map(({ text }) => shapeOf(text)));
    const sent = new Set(account.server.log.map(shapeOf));
    expect(
      [...sent].filter(
        (shape) => !listed.has(shape) && !/^(EXPLAIN USING TEXT )?SELECT (\* FROM \( SELECT )?UNIT/.test(shape),
      ),
    ).toEqual([]);
  });
});
