import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../workspace.ts";
import { ENVIRONMENT, openTestAccount } from "./account.ts";
import { manymodel } from "./command.ts";

const LOOP = fileURLToPath(new URL("../../examples/sku-demand/from-r.mjs", import.meta.url));

/** The block of an R project, as it stands there. */
const PARALLEL_LAB = `parallel_lab:
  compute_pool: MY_COMPUTE_POOL
  image_uri: "lab/from_r/myrepo/dosnowflake-worker:latest"
  dosnowflake_stage_name: DOSNOWFLAKE_STAGE
  queue_table: DOSNOWFLAKE_QUEUE
  instance_family: CPU_X64_L
  demo_forecast_n_skus: 6
  demo_tasks_chunks_per_job: 4
  demo_queue_n_workers: 2
`;

it("the loop of docs/from-r.md, with an R project's block of the configuration, runs in containers of an account", async () => {
  const account = await openTestAccount();
  onTestFinished(() => account.close());
  const folder = await temporaryFolder();
  const { account: name, user, private_key_path, host, port, protocol, database, warehouse } = account.block("FROM_R");
  const connection = { account: name, user, private_key_path, host, port, protocol };
  const options = { ...connection, role: "LAB_ROLE", memory: "1Gi", compute: "service" };
  await writeFile(
    path.join(folder, "manymodel.yaml"),
    `engine: snowflake\nsnowflake: ${JSON.stringify(options)}\n${PARALLEL_LAB}  database: ${database}\n  schema: FROM_R\n  warehouse: ${warehouse}\n`,
  );
  await manymodel(folder, "setup", "--series", "6", "--days", "90");
  const child = spawn(process.execPath, [LOOP], { cwd: folder, env: { ...process.env, ...ENVIRONMENT } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += String(text)));
  await once(child, "close");
  expect(output).toMatch(/6 models, 0 failures[\s\S]*6 of 6 partitions scored into FORECAST_RESULTS/);
  const statements = account.server.log.join("\n");
  expect(statements).toMatch(/CREATE STAGE IF NOT EXISTS "LAB"."FROM_R"."DOSNOWFLAKE_STAGE"/);
  expect(statements).toMatch(/CREATE HYBRID TABLE IF NOT EXISTS "LAB"."FROM_R"."DOSNOWFLAKE_QUEUE"/);
  expect(statements).toMatch(/EXECUTE JOB SERVICE IN COMPUTE POOL MY_COMPUTE_POOL[^']*REPLICAS = 2/);
  // A table is named in full where the R call names one.
  const full = (table: string) => `LAB.FROM_R.${table}`;
  const where = ["--input", full("SERIES_EVENTS"), "--output", full("FORECAST_RESULTS")];
  expect(await manymodel(folder, "batch", "--model", "MANY_MODEL_FORECAST", ...where)).toMatchObject({ ok: 6 });
});
