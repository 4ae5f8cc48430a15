import { createHash } from "node:crypto";
import { ManymodelError } from "../../core/errors.ts";
import type { SnowflakeAddress, SnowflakeService } from "../../core/snowflake-address.ts";
import type { JobRecord, Jobs } from "../../ports/jobs.ts";
import type { Stage } from "../../ports/stage.ts";
import type { Names } from "./names.ts";
import type { Row, Session } from "./session.ts";
import { jobStatements, MOUNT, ROOT, specification, taskNames } from "./sql/jobs.ts";
import { runComment } from "./sql/run-objects.ts";

/**
 * Workers in container services. In tasks mode a serverless task graph runs a job service whose replicas have static
 * shards, and a finalizer writes the run's index, whether whoever began the run is still there or not. In queue mode an
 * asynchronous job service's replicas claim what they are fed.
 */
export function snowflakeJobs(
  session: Session,
  names: Names,
  stage: Stage,
  address: SnowflakeAddress,
  service: SnowflakeService,
): Jobs {
  const sql = jobStatements(names, address, service);
  const config = (run: string) => `runs/${run}/worker.yaml`;
  const spec = (run: string, ...args: string[]) =>
    specification(names, service, { args: [...args, "--config", `${MOUNT}/${config(run)}`] });
  const services = async (base: string) => {
    const listed = await session.records(sql.services(base), 1000);
    return listed.map(({ name, status }) => ({ name: String(name), status: String(status) })).sort(byLaunch);
  };
  return {
    replicas: service.replicas,
    async launch(run, mode, launch) {
      const base = jobBase(run);
      if (mode === "queue") {
        if (!address.hybridTables)
          throw new ManymodelError(
            "usage",
            "queue mode needs hybrid tables, and snowflake.hybrid_tables is false; use mode tasks",
          );
        await stage.put(config(run), workerConfig(address, false));
        // A name is taken as long as its service is there, whoever launched it.
        const next = ((await services(base)).map(launchOf).at(-1) ?? 0) + 1;
        await session.rows(sql.execute(`${base}_${next}`, runComment(run), spec(run, "worker", "--run", run)));
        return;
      }
      await stage.put(config(run), workerConfig(address, true));
      const begun = (await session.rows(sql.history, taskNames(base))).length > 0;
      if (begun && launch > 1) await session.rows(sql.retry(base));
      else {
        for (const text of sql.graph(base, runComment(run), spec(run, "worker", "--run", run), spec(run, "index", run)))
          await session.rows(text);
        await session.rows(sql.start(base));
      }
    },
    async jobs(run) {
      const base = jobBase(run);
      const graph = await session.rows(sql.history, taskNames(base));
      const jobs: JobRecord[] = [];
      if (graph.length > 0) jobs.push(graphState(base, graph));
      for (const one of await services(base)) jobs.push(await serviceState(session, sql, one, service.replicas));
      return jobs;
    },
  };
}

/** What the names of a run's jobs begin with: letters, digits and underscores, and different for each run. */
export function jobBase(run: string): string {
  const hash = createHash("sha256").update(run).digest("hex").slice(0, 8);
  return `MM_${run.replace(/[^A-Za-z0-9]+/g, "_")}_${hash}`.toUpperCase().slice(-200);
}

/** A service as the account lists it: one that is dropped by somebody else meanwhile is none to ask again about. */
interface Service {
  readonly name: string;
  readonly status: string;
}

const launchOf = ({ name }: Service) => Number(name.split("_").at(-1));
const byLaunch = (a: Service, b: Service) => launchOf(a) - launchOf(b);

/** A graph runs until its finalizer has ended for the last time. */
function graphState(name: string, history: readonly Row[]): JobRecord {
  const roots = history.filter(([task]) => String(task).endsWith(ROOT)).length;
  const finals = history.filter(
    ([task, state]) => String(task).endsWith("_FINAL") && !/SCHEDULED|EXECUTING/.test(String(state)),
  );
  const failed = history.filter(([, state]) => /FAILED|CANCELLED/.test(String(state)));
  const details = history.map(([task, state, error]) => `${task} ${state}${error === null ? "" : `: ${error}`}`);
  if (finals.length < roots) return { name, state: "running", details };
  return {
    name,
    state: String(finals.at(-1)?.[1]) === "SUCCEEDED" && failed.length === 0 ? "done" : "failed",
    details: details.reverse(),
  };
}

async function serviceState(
  session: Session,
  sql: ReturnType<typeof jobStatements>,
  { name, status }: Service,
  replicas: number,
): Promise<JobRecord> {
  const state = /DONE/.test(status) ? "done" : /FAILED|CANCEL|DELET|INTERNAL_ERROR/.test(status) ? "failed" : "running";
  const details = [status];
  for (let replica = 0; state === "failed" && replica < replicas; replica++) {
    const log = String((await session.rows(sql.logs(name, replica)).catch(() => []))[0]?.[0] ?? "");
    if (log !== "") details.push(`replica ${replica}: ${log.trim().split("\n").at(-1)}`);
  }
  return { name, state, details };
}

/** The configuration of a worker in a container: the same workspace, with the service's own token. */
function workerConfig(address: SnowflakeAddress, staticShards: boolean): Uint8Array {
  const { account, role, warehouse, database, schema, stage, queueTable, endpoint, hybridTables } = address;
  const snowflake = {
    account,
    role,
    warehouse,
    database,
    schema,
    stage,
    queue_table: queueTable,
    hybrid_tables: hybridTables,
    authentication: "oauth",
    static_shards: staticShards,
    ...endpoint,
  };
  // JSON is YAML too.
  return new TextEncoder().encode(`${JSON.stringify({ engine: "snowflake", snowflake })}\n`);
}
