import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PYTHON, runPython } from "../python.ts";
import { SqlFailure, unsupported } from "./failure.ts";
import type { Faults } from "./faults.ts";
import { mask } from "./masked.ts";
import type { Models } from "./models.ts";
import { textRows } from "./rowset.ts";
import type { Job, Services } from "./services.ts";
import type { Session } from "./session.ts";
import { INFERENCE_SPECIFICATION, specified } from "./specification.ts";
import { nameParts, objectName, type Stages } from "./stages.ts";
import type { Handler } from "./statements.ts";
import { translate } from "./translate.ts";
import { LOCATOR } from "./users.ts";

/**
 * Returns the handlers of inference jobs: the MODEL's own Python over the partitions of a query, shared out among
 * replicas, one file each.
 */
export function inferenceStatements(services: Services, models: Models, stages: Stages, faults: Faults): Handler {
  return async (session, sql) => {
    const masked = mask(sql.trim());
    if (!/^EXECUTE INFERENCE JOB SERVICE/.test(masked.code)) return undefined;
    const match =
      /^EXECUTE INFERENCE JOB SERVICE IN COMPUTE POOL \w+ WITH SPECIFICATION \ue000(\d+)\ue000\s+FROM \((.*)\)\s+MODEL = (\S+) VERSION = (\S+) FUNCTION = \ue000(\d+)\ue000\s+NAME = ([\w.$]+) ASYNC = TRUE REPLICAS = (\d+)$/s.exec(
        masked.code,
      );
    if (match === null) throw unsupported(sql);
    const [, specification, query, model, version, method, name, replicas] = match;
    if (masked.literal(Number(method)) !== "predict")
      throw new SqlFailure("395018", "22023", "The model has no such function.");
    if (PYTHON === undefined) throw new SqlFailure("395018", "22023", "The local server has no Python with pandas.");
    if (services.jobs.has(name!))
      throw new SqlFailure("002002", "42710", `SQL compilation error: Object '${name}' already exists.`);
    const spec = specified(INFERENCE_SPECIFICATION, masked.literal(Number(specification)));
    const record = models.version(objectName(masked.unmask(model!)), nameParts(masked.unmask(version!))[0]!);
    const read = await session.run(translate({ ...masked, code: query! }));
    const rows = read.getRows().map((row) => row.map(plain));
    const by = read.columnNames().indexOf(spec.input.partition_column);
    const { folder, relative } = stages.resolve(spec.output.stage_location);
    const target = path.join(folder, relative, name!.split(".").at(-1)!);
    const tokenFile = path.join(stages.root, "..", `${name}.token`);
    // What a container is told: its host, its account by its locator, and its token.
    const inContainer = {
      SNOWFLAKE_HOST: "127.0.0.1",
      SNOWFLAKE_ACCOUNT: LOCATOR,
      MANYMODEL_TOKEN_FILE: tokenFile,
      LOCAL_SNOWFLAKE_STAGES: JSON.stringify(
        Object.fromEntries(stages.names.map((stage) => [at(stage), path.join(stages.root, stage)])),
      ),
      LOCAL_SNOWFLAKE_FETCHED: path.join(stages.root, "..", "fetched"),
      TMPDIR: path.join(stages.root, "..", `${name}.tmp`),
    };
    const infer = async () => {
      mkdirSync(inContainer.TMPDIR, { recursive: true });
      writeFileSync(tokenFile, "a token");
      mkdirSync(target, { recursive: true });
      for (let replica = 0; replica < Number(replicas); replica++) {
        const share = rows.filter((row) => Number(row[by]) % Number(replicas) === replica);
        const { input } = spec;
        const request = { package: record.folder, rows: share, by: input.partition_column, params: input.params };
        const outcomes = (await runPython("infer", record.source, request, inContainer)) as [number, string][];
        if (faults.lostOutcomes > 0 && outcomes.length > 0) {
          faults.lostOutcomes--;
          outcomes.pop();
        }
        await writeOutcomes(session, path.join(target, `part_${replica}.snappy.parquet`), outcomes);
      }
      writeFileSync(path.join(target, "_SUCCESS"), "");
    };
    const job: Job = {
      name: name!,
      comment: "",
      mounts: [],
      replicas: [],
      status: "RUNNING" as const,
      ended: Promise.resolve("DONE"),
    };
    services.jobs.set(name!, job);
    const fails = faults.failedInferences > 0;
    if (fails) faults.failedInferences--;
    const work = fails ? Promise.reject(new Error("Container was killed.")) : infer();
    void work.then(
      () => (job.status = "DONE"),
      (error: Error) => {
        job.status = "FAILED";
        faults.inferenceErrors.push(error.message);
      },
    );
    return { rowset: textRows(["status"], [[`Job ${name} started.`]]) };
  };
}

/** Returns a stage as statements name it. */
const at = (stage: string) =>
  `@${stage
    .split(".")
    .map((part) => `"${part}"`)
    .join(".")}`;

/** Returns a value of DuckDB as JSON can hold it; other values become text, which `run.py` reads. NaN is NULL. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "number" || Number.isFinite(value)) return Object.is(value, -0) ? "-0.0" : value;
  return Number.isNaN(value) ? null : String(value);
}

async function writeOutcomes(session: Session, file: string, outcomes: readonly [number, string][]): Promise<void> {
  const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const values = outcomes.map(([partition, outcome]) => `(${partition}::BIGINT, ${literal(outcome)})`).join(", ");
  const rows = values === "" ? "SELECT NULL::BIGINT, NULL::VARCHAR WHERE FALSE" : `VALUES ${values}`;
  const text = `COPY (SELECT * FROM (${rows}) t("PARTITION", "OUTCOME")) TO ${literal(file)} (FORMAT parquet, COMPRESSION snappy)`;
  await session.inTurn(() => session.run(text));
}
