import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { workspaceNames } from "../../src/engines/snowflake/names.ts";
import { openSession } from "../../src/engines/snowflake/session.ts";
import { importStatements } from "../../src/engines/snowflake/sql/import.ts";
import { jobStatements, specification } from "../../src/engines/snowflake/sql/jobs.ts";
import { modelStatements } from "../../src/engines/snowflake/sql/models.ts";
import { runComment } from "../../src/engines/snowflake/sql/run-objects.ts";
import { SERVICE, type TestAccount } from "../snowflake/account.ts";
import { PYTHON } from "../snowflake/python.ts";
import type { Statements, Struck } from "./statements.ts";
import { verifyRun } from "./verify.ts";
import type { Reference } from "./workspace.ts";

/** The schema of the workspace that the commands share. */
export const SCHEMA = "STRUCK";
const CHUNKS = "2";
/** The configuration of the commands that train, register and score. */
const CONTAINERS = {
  compute: "service",
  compute_pool: "POOL",
  image: SERVICE.image,
  replicas: 2,
  cpu: 1,
  memory: "1Gi",
};
const WAYS: Readonly<Record<string, object>> = {
  client: {},
  service: CONTAINERS,
  warehouse: { compute: "warehouse" },
  inference: { scoring: "inference", compute_pool: "POOL", replicas: 2 },
};

/** Returns the commands that are struck in an account, in a workspace that has a trained and registered run `base`. */
export async function accountCommands(
  account: TestAccount,
  statements: Statements,
  folder: string,
  reference: Reference,
): Promise<{ commands: readonly Struck[]; leftovers: () => Promise<string[]>; close: () => Promise<void> }> {
  const address = account.address(SCHEMA, { modelRegistry: true });
  const [engine, session, names] = [openSnowflakeEngine(address), openSession(address), workspaceNames(address)];
  const yaml = await readFile(path.join(folder, "manymodel.yaml"), "utf8");
  const configure = (name: string, schema: string, settings: object) => {
    const block = { ...account.block(schema), compute: "client", model_registry: true, ...settings };
    return writeFile(path.join(folder, name), `engine: snowflake\nsnowflake: ${JSON.stringify(block)}\n${yaml}`);
  };
  await configure("manymodel.yaml", SCHEMA, {});
  for (const [way, settings] of Object.entries(WAYS)) await configure(`${way}.yaml`, SCHEMA, settings);
  await statements.succeed([
    ["setup"],
    ["import", "sales.csv", "--table", "SALES"],
    ["import", "sales.csv", "--table", "REPLACED"],
    ["train", "--run-id", "base", "--chunks", CHUNKS],
    ["register", "--run", "base", "--name", "M", "--model-version", "BASE", "--horizon", "2"],
  ]);

  /** Returns the tables of a schema, and how many rows each has. */
  const tablesOf = async (schema: string) => {
    const tables = await session.rows(
      `SELECT TABLE_NAME FROM ${names.database}.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME`,
      [schema],
    );
    return tables.map(([name]) => String(name));
  };
  const count = async (table: string) => Number((await session.rows(`SELECT COUNT(*) FROM ${table}`))[0]![0]);
  const forecasts = async (table: string) => {
    const columns = "PARTITION_KEY, STEP, FORECAST, LO_80, HI_95, STATUS";
    return session.rows(`SELECT ${columns} FROM ${names.of(table)} ORDER BY PARTITION_KEY, STEP`);
  };
  /** Returns a version as tables and MODEL have it, and its aliases. */
  const version = async (n: string) => {
    const [recorded, aliases] = [await engine.versions.list("M"), await engine.versions.aliases("M")];
    const listed = await session.records(modelStatements(names).versions("M"), 0);
    const ofName = listed.filter(({ name }) => name === `V${n}`);
    return {
      recorded: recorded.filter(({ version }) => version === `V${n}`).map(({ runId, index }) => [runId, index.sha256]),
      aliases: aliases.filter(({ version }) => version === `V${n}`).map(({ alias }) => alias === `a${n.toLowerCase()}`),
      listed: ofName.map(({ metadata }) => JSON.parse(String(metadata)).mm.index_sha256),
      named: ofName.map(({ aliases }) => [JSON.parse(String(aliases))].flat().includes(`A${n}`)),
    };
  };

  /** Returns a training in a way: `resume` continues it, or it starts again if it was not planned. */
  const training = (way: string, mode: string): Struck => {
    const runs = new Map<string, string>();
    const train = (run: string) => {
      const where = ["--run-id", run, "--mode", mode, "--chunks", CHUNKS];
      return ["train", "--config", `${way}.yaml`, ...where, "--workers", "1"];
    };
    return {
      name: `train in ${way}, mode ${mode}`,
      // The account's own finalizer may be the first.
      done: /is completed; there is nothing to resume/,
      args(n) {
        const run = `${way}_${mode}_${n}`;
        runs.set(n, run);
        return train(run);
      },
      async again(n) {
        const run = runs.get(n)!;
        const record = await engine.catalog.run(run);
        if (record === undefined) return [train(run)];
        if (record.state === "completed") return [];
        if (record.manifest !== null) return [["resume", run, "--config", `${way}.yaml`]];
        // A run that was not planned cannot be gone on with: it is said, and another is begun.
        await statements.succeed([["resume", run, "--config", `${way}.yaml`]], /before its plan was written/);
        runs.set(n, `${run}_again`);
        return [train(`${run}_again`)];
      },
      async left(n) {
        const run = runs.get(n)!;
        const { anomalies } = await verifyRun(engine, run, reference);
        // A finalizer of an account may still be at work for a moment; what is left of it gc finds.
        return { anomalies, state: (await engine.catalog.run(run))?.state };
      },
    };
  };
  const scoring = (way: string): Struck => {
    const table = (n: string) => `SCORED_${way.toUpperCase()}_${n}`;
    return {
      name: `batch by ${way}`,
      args: (n) => [
        "batch",
        "--config",
        `${way}.yaml`,
        "--model",
        "M",
        "--model-version",
        "BASE",
        "--output",
        table(n),
        "--workers",
        "1",
      ],
      left: (n) => forecasts(table(n)),
    };
  };

  const commands: Struck[] = [
    {
      name: "setup",
      before: (n) => configure(`setup${n}.yaml`, `SETUP${n}`, CONTAINERS),
      args: (n) => ["setup", "--config", `setup${n}.yaml`],
      left: async (n) => [await tablesOf(`SETUP${n}`), await count(`"LAB"."SETUP${n}"."MM_LOCK"`)],
    },
    {
      name: "import",
      args: (n) => ["import", "sales.csv", "--table", `SALES_${n}`],
      done: /exists already/,
      left: (n) => session.rows(`SELECT COUNT(*), SUM(Y), MIN(OBS_DATE), MAX(UNIT_ID) FROM ${names.of(`SALES_${n}`)}`),
    },
    {
      name: "import --replace",
      args: () => ["import", "sales.csv", "--table", "REPLACED", "--replace"],
      left: () => count(names.of("REPLACED")),
    },
    training("client", "tasks"),
    training("client", "queue"),
    training("service", "tasks"),
    training("service", "queue"),
    training("warehouse", "tasks"),
    {
      name: "index",
      async before(n) {
        const train = ["train", "--run-id", `indexed_${n}`, "--chunks", CHUNKS, "--workers", "1"];
        await statements.run(train, (sql) => /^COPY INTO .*MM_MODEL_STORE/.test(sql));
      },
      args: (n) => ["index", `indexed_${n}`],
      left: async (n) => (await verifyRun(engine, `indexed_${n}`, reference)).anomalies,
    },
    {
      name: "register",
      args: (n) => [
        ...["register", "--run", "base", "--name", "M", "--model-version", `V${n}`, "--horizon", "2"],
        ...["--alias", `a${n}`],
      ],
      // A version that is there already is said to be, and an alias can be given to it.
      async again(n) {
        return [this.args(n), ["model", "alias", "M", `a${n}`, `V${n}`]];
      },
      done: /has a version V\d+ already/,
      left: version,
    },
    {
      name: "model alias",
      before: (n) =>
        statements.succeed([
          ["register", "--run", "base", "--name", "M", "--model-version", `VB${n}`, "--horizon", "2"],
        ]),
      args: (n) => ["model", "alias", "M", `ab${n}`, `VB${n}`],
      left: (n) => version(`B${n}`),
    },
    scoring("client"),
    scoring("warehouse"),
    ...(PYTHON === undefined ? [] : [scoring("inference")]),
    {
      name: "run delete",
      before: (n) => statements.succeed([["train", "--run-id", `gone_${n}`, "--chunks", "1", "--workers", "1"]]),
      args: (n) => ["run", "delete", `gone_${n}`],
      done: /there is no run/,
      async left(n) {
        const rows = await session.rows(`SELECT COUNT(*) FROM ${names.of("MM_MODEL_STORE")} WHERE RUN_ID = ?`, [
          `gone_${n}`,
        ]);
        return [await engine.catalog.run(`gone_${n}`), rows, await engine.queue.chunks(`gone_${n}`)];
      },
    },
    {
      name: "gc --delete",
      async before(n) {
        const [jobs, imports] = [jobStatements(names, address, SERVICE), importStatements(names)];
        const spec = specification(names, SERVICE, { args: ["--version"] });
        await engine.output.write("SALES", {
          length: 1,
          columns: { Y: { type: "number", values: Float64Array.of(1) } },
        });
        await engine.stage.put("imports/left.parquet", new Uint8Array(9));
        await engine.stage.put("scores/left/part.parquet", new Uint8Array(9));
        await session.rows(imports.create(`MM_IMPORT_${n}`, [{ name: "Y", sqlType: "DOUBLE", field: "c0" }]));
        for (const sql of jobs.graph(`MM_LEFT_${n}`, runComment("left"), spec, spec)) await session.rows(sql);
        await session.rows(jobs.execute(`MM_LEFT_${n}_1`, runComment("left"), spec));
      },
      args: () => ["gc", "--older-than", "1ms", "--delete"],
      left: async () => (await leftovers()).sort(),
    },
  ];

  /** Returns everything in the workspace that nobody needs and `gc` did not find. */
  async function leftovers(): Promise<string[]> {
    const left: string[] = [];
    const runs = new Set((await engine.catalog.runs()).map(({ runId }) => runId));
    const files = await engine.stage.list("");
    const pinned = new Set<string>();
    for (const file of files.filter((name) => /^snapshots\/[^/]+\/snapshot\.json$/.test(name))) {
      const record = JSON.parse(new TextDecoder().decode(await engine.stage.get(file))) as { files: { table: string } };
      pinned.add(record.files.table);
    }
    for (const file of files) {
      const [kind, name, table] = file.split("/") as [string, string, string];
      if (kind === "runs" ? runs.has(name) : ["scorers", "definitions"].includes(kind)) continue;
      if (kind === "snapshots" && (table === "snapshot.json" || pinned.has(table))) continue;
      left.push(file);
    }
    for (const name of await tablesOf(SCHEMA)) {
      const snapshot = /^MM_SNAPSHOT_(.*)$/.exec(name)?.[1];
      if (snapshot !== undefined && !pinned.has(snapshot.toLowerCase())) left.push(name);
      if (/^MM_IMPORT/.test(name)) left.push(name);
    }
    if ((await count(names.of("MM_WANTED"))) > 0) left.push("MM_WANTED");
    for (const { kind, name } of await engine.objects!.list()) left.push(`${kind} ${name}`);
    return left;
  }
  return {
    commands,
    leftovers,
    close: async () => {
      await Promise.all([engine.close(), session.close()]);
    },
  };
}
