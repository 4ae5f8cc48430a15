import { createHash } from "node:crypto";
import { ManymodelError } from "../../core/errors.ts";
import { misfit } from "../../core/instance-family.ts";
import { nameWritten, type SnowflakeAddress, type SnowflakeService } from "../../core/snowflake-address.ts";
import type { JobRecord, Jobs } from "../../ports/jobs.ts";
import type { Stage } from "../../ports/stage.ts";
import type { Names } from "./names.ts";
import type { Row, Session } from "./session.ts";
import { accountStatements } from "./sql/account.ts";
import { AUTO_RETRIES, FINAL, jobStatements, MOUNT, specification } from "./sql/jobs.ts";
import { runComment, runObjectStatements } from "./sql/run-objects.ts";

/**
 * The milliseconds that the account may take to list a graph that it was told to execute, or to start a retry of its
 * own.
 */
const LISTED_WITHIN_MS = 120_000;

/** Milliseconds between two questions for a run's progress: with fewer, a warehouse is never suspended in between. */
const PROGRESS_MS = 120_000;

/** The last time that a graph was executed, and how many executions of its tasks were listed before. */
interface Execution {
  readonly at: number;
  readonly listedBefore: number;
}

/**
 * Returns workers in container services. In tasks mode a serverless task graph runs a job service whose replicas have static
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
  // A container would count the machine's cores, and have as many workers.
  const workers = String(Math.ceil(service.cpu));
  const train = (run: string) => spec(run, "worker", "--run", run, "--workers", workers);
  const config = (run: string) => `runs/${run}/worker.yaml`;
  const spec = (run: string, ...args: string[]) =>
    specification(names, service, { args: [...args, "--config", `${MOUNT}/${config(run)}`] });
  const executed = new Map<string, Execution>();
  const history = async (base: string) =>
    (await session.rows(sql.history(base), [address.database, address.schema])).map(execution);
  const services = async (base: string) => {
    const listed = await session.records(sql.services(base), 1000);
    return listed.map(({ name, status }) => ({ name: String(name), status: String(status) })).sort(byLaunch);
  };
  /** Checks that a container fits a machine of its pool. Otherwise it would wait without end. @throws {ManymodelError} `config` for one */
  const checkSize = async () => {
    const [pool] = await session.records(accountStatements(names).computePools(service.computePool), 1);
    const wrong = misfit(service, String(pool?.instance_family ?? service.instanceFamily));
    if (wrong !== undefined)
      throw new ManymodelError("config", `${wrong}; set snowflake.cpu and snowflake.memory, or another compute pool`);
  };
  /**
   * Returns a graph that failed, with what its containers said last: a task's job services have no names of their own.
   */
  const withLogs = async (run: string, graph: JobRecord): Promise<JobRecord> => {
    if (graph.state !== "failed") return graph;
    const all = await session.records(runObjectStatements(names).services, 10_000);
    const details = [...graph.details];
    for (const { name, status, comment } of all)
      if (comment === runComment(run) && /^JOB_/.test(String(name)))
        details.push(
          ...(await serviceState(session, sql, { name: String(name), status: String(status) }, service.replicas))
            .details,
        );
    return { ...graph, details };
  };
  return {
    replicas: service.replicas,
    progressMs: PROGRESS_MS,
    async areWorking(run) {
      // SHOW needs no warehouse.
      const all = await session.records(runObjectStatements(names).services, 10_000);
      return all.some(
        ({ comment, status }) => comment === runComment(run) && /^(PENDING|RUNNING)$/.test(String(status)),
      );
    },
    async launch(run, mode, launch) {
      const base = jobBase(run);
      await checkSize();
      if (mode === "queue") {
        if (!address.hybridTables)
          throw new ManymodelError(
            "usage",
            "queue mode needs hybrid tables, and snowflake.hybrid_tables is false; use mode tasks",
          );
        await stage.put(config(run), workerConfig(address, false));
        // A name is taken as long as its service is there, whoever launched it.
        const next = ((await services(base)).map(launchOf).at(-1) ?? 0) + 1;
        await session.rows(sql.execute(`${base}_${next}`, runComment(run), train(run)));
        return;
      }
      await stage.put(config(run), workerConfig(address, true));
      const listed = await history(base);
      // RETRY LAST is refused unless the last run has failed.
      if (launch > 1 && listed.length > 0 && graphState(base, listed).state === "failed")
        await session.rows(sql.retry(base));
      else {
        for (const text of sql.graph(base, runComment(run), train(run), spec(run, "index", run)))
          await session.rows(text);
        await session.rows(sql.start(base));
      }
      executed.set(run, { at: Date.now(), listedBefore: listed.length });
    },
    async jobs(run) {
      const base = jobBase(run);
      const jobs: JobRecord[] = [];
      const listed = await history(base);
      const last = executed.get(run);
      // EXECUTE TASK begins a run that TASK_HISTORY lists some time later.
      if (last !== undefined && listed.length <= last.listedBefore) jobs.push(unlisted(base, Date.now() - last.at));
      else if (listed.length > 0) jobs.push(await withLogs(run, graphState(base, listed)));
      for (const one of await services(base)) jobs.push(await serviceState(session, sql, one, service.replicas));
      return jobs;
    },
  };
}

/** Returns the start of the names of a run's jobs: letters, digits and underscores, and different for each run. */
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

/** An execution of a task of a graph, as the account lists it. */
interface TaskRun {
  readonly task: string;
  readonly state: string;
  readonly error: string | null;
  /** With `attempt`: which run of the graph it belongs to. */
  readonly group: string;
  readonly attempt: number;
  /** The milliseconds since it ended, or was to start. */
  readonly ageMs: number;
}

const execution = ([task, state, error, group, attempt, ageMs]: Row): TaskRun => ({
  task: String(task),
  state: String(state),
  error: error == null ? null : String(error),
  group: String(group),
  attempt: Number(attempt),
  ageMs: Number(ageMs),
});

function unlisted(name: string, ageMs: number): JobRecord {
  if (ageMs < LISTED_WITHIN_MS)
    return { name, state: "running", details: ["executed, and not listed by TASK_HISTORY yet"] };
  return {
    name,
    state: "failed",
    details: [`executed, and not listed by TASK_HISTORY for ${Math.round(ageMs / 1000)} s`],
  };
}

/**
 * Returns how the newest attempt of a graph's newest run stands. It runs until its finalizer has ended. An attempt that
 * failed is not the last while the account is still to retry it, which it does after the finalizer.
 */
function graphState(name: string, listed: readonly TaskRun[]): JobRecord {
  const group = listed.at(-1)?.group;
  const ofGroup = listed.filter((one) => one.group === group);
  const attempt = Math.max(...ofGroup.map((one) => one.attempt));
  const newest = ofGroup.filter((one) => one.attempt === attempt);
  const final = newest.find(({ task, state }) => task.endsWith(FINAL) && !/SCHEDULED|EXECUTING/.test(state));
  const states = listed.map(({ task, state, error }) => `${task} ${state}${error === null ? "" : `: ${error}`}`);
  if (final === undefined) return { name, state: "running", details: states };
  const details = states.reverse();
  if (newest.every(({ state }) => state === "SUCCEEDED")) return { name, state: "done", details };
  const isRetried =
    attempt <= AUTO_RETRIES &&
    final.ageMs < LISTED_WITHIN_MS &&
    newest.some(({ state }) => state === "FAILED") &&
    !newest.some(({ state }) => state === "CANCELLED");
  return { name, state: isRetried ? "running" : "failed", details };
}

async function serviceState(
  session: Session,
  sql: ReturnType<typeof jobStatements>,
  { name, status }: Service,
  replicas: number,
): Promise<JobRecord> {
  const state = /DONE/.test(status) ? "done" : /FAILED|CANCEL|DELET|INTERNAL_ERROR/.test(status) ? "failed" : "running";
  const details = [status];
  if (status === "PENDING") {
    const containers = await session.records(sql.containers(name), replicas).catch(() => []);
    for (const message of new Set(containers.map((one) => String(one.message ?? ""))))
      if (message !== "") details.push(message);
  }
  for (let replica = 0; state === "failed" && replica < replicas; replica++) {
    const log = String((await session.rows(sql.logs(name, replica)).catch(() => []))[0]?.[0] ?? "");
    if (log !== "") details.push(`replica ${replica}: ${log.trim().split("\n").at(-1)}`);
  }
  return { name, state, details };
}

/** Returns the configuration of a worker in a container: the same workspace, with the service's own token. */
function workerConfig(address: SnowflakeAddress, staticShards: boolean): Uint8Array {
  const { account, role, warehouse, database, schema, stage, queueTable, endpoint, hybridTables } = address;
  const snowflake = {
    account,
    role: role && nameWritten(role),
    warehouse: warehouse && nameWritten(warehouse),
    database: nameWritten(database),
    schema: nameWritten(schema),
    stage: nameWritten(stage),
    queue_table: nameWritten(queueTable),
    hybrid_tables: hybridTables,
    authentication: "oauth",
    static_shards: staticShards,
    ...endpoint,
  };
  // JSON is YAML too.
  return new TextEncoder().encode(`${JSON.stringify({ engine: "snowflake", snowflake })}\n`);
}
