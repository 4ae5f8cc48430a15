import { missing, SqlFailure, unsupported } from "./failure.ts";
import type { Faults } from "./faults.ts";
import { type Masked, mask } from "./masked.ts";
import { done, textRows } from "./rowset.ts";
import type { Services } from "./services.ts";
import type { Session } from "./session.ts";
import { likePrefix, objectName } from "./stages.ts";
import type { Answer, Handler } from "./statements.ts";

interface Task {
  readonly name: string;
  readonly after: string | undefined;
  readonly finalizes: string | undefined;
  readonly retries: number;
  readonly cron: string | undefined;
  /** The stream that must have data. */
  readonly stream: string | undefined;
  readonly errorIntegration: string | undefined;
  readonly body: string;
  readonly comment: string;
  resumed: boolean;
}

const rootOf = ({ name, after, finalizes }: Task) => after ?? finalizes ?? name;

/** A row of TASK_HISTORY. */
interface Execution {
  readonly name: string;
  /** GRAPH_RUN_GROUP_ID, which with ATTEMPT_NUMBER names one run of a graph. */
  readonly group: number;
  readonly attempt: number;
  readonly scheduled: number;
  /** The time from which the account lists it. */
  readonly listed: number;
  completed: number | undefined;
  state: "EXECUTING" | "SUCCEEDED" | "FAILED";
  error: string | null;
}

/** A graph's last run. */
interface Graph {
  readonly group: number;
  attempt: number;
  state: "EXECUTING" | "SUCCEEDED" | "FAILED";
}

/** The clauses of CREATE TASK that the engine uses (sql-reference/sql/create-task). */
const CLAUSES: Readonly<Record<string, RegExp>> = {
  timeout: /\bUSER_TASK_TIMEOUT_MS = (\d+)/,
  size: /\bUSER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE = \ue000(\d+)\ue000/,
  cron: /\bSCHEDULE = \ue000(\d+)\ue000/,
  suspend: /\bSUSPEND_TASK_AFTER_NUM_FAILURES = (\d+)/,
  errorIntegration: /\bERROR_INTEGRATION = (\S+)/,
  comment: /\bCOMMENT = \ue000(\d+)\ue000/,
  finalizes: /\bFINALIZE = (\S+)/,
  retries: /\bTASK_AUTO_RETRY_ATTEMPTS = (\d+)/,
  target: /\bTARGET_COMPLETION_INTERVAL = \ue000(\d+)\ue000/,
  after: /\bAFTER (\S+)/,
  stream: /\bWHEN SYSTEM\$STREAM_HAS_DATA\(\ue000(\d+)\ue000\)/,
};

/** Returns a task as its clauses define it. @throws {SqlFailure} for what the documentation refuses */
function defined(masked: Masked, name: string, header: string): Omit<Task, "body" | "resumed"> {
  const clauses = Object.fromEntries(Object.entries(CLAUSES).map(([key, one]) => [key, one.exec(header)?.[1]]));
  const remainder = Object.values(CLAUSES).reduce((text, one) => text.replace(one, ""), header);
  if (remainder.trim() !== "") throw unsupported(`CREATE TASK … ${remainder.trim()}`);
  const refuse = (why: string) => {
    throw new SqlFailure("001003", "42000", `SQL compilation error: ${name}: ${why}`);
  };
  const text = (key: string) => (clauses[key] === undefined ? undefined : masked.literal(Number(clauses[key])));
  const object = (key: string) => (clauses[key] === undefined ? undefined : objectName(masked.unmask(clauses[key])));
  const [cron, stream] = [text("cron"), text("stream")];
  const [after, finalizes] = [object("after"), object("finalizes")];
  // "USING CRON <expr> <time_zone>" (CREATE TASK, SCHEDULE).
  if (cron !== undefined && !/^USING CRON (\S+ ){5}[A-Za-z_]+(\/\S+)?$/.test(cron)) refuse(`invalid schedule ${cron}`);
  // "Create a triggered task" (user-guide/tasks-triggered): a serverless one needs TARGET_COMPLETION_INTERVAL.
  if (stream !== undefined && cron === undefined && clauses.target === undefined)
    refuse("a serverless triggered task needs TARGET_COMPLETION_INTERVAL");
  // Schedule, retries and error integration are a root's (CREATE TASK).
  if ((after ?? finalizes) !== undefined)
    for (const key of ["cron", "stream", "retries", "errorIntegration"])
      if (clauses[key] !== undefined) refuse(`${key} can be set on a root task only`);
  return {
    name,
    after,
    finalizes,
    cron,
    stream: stream && objectName(stream),
    errorIntegration: object("errorIntegration"),
    retries: Number(clauses.retries ?? 0),
    comment: text("comment") ?? "",
  };
}

const HISTORY = ["NAME", "STATE", "ERROR_MESSAGE", "GRAPH_RUN_GROUP_ID", "ATTEMPT_NUMBER", "AGE_MS"];

/** Streams that have data, and what a notification integration was told. */
export class Scheduled {
  readonly streams = new Set<string>();
  readonly notified: { readonly integration: string; readonly task: string }[] = [];
  /** Runs every graph that its schedule or its stream would begin now, and resolves when all have ended. */
  due: (session: Session) => Promise<void> = async () => {};
}

/**
 * Returns the handlers of task graphs, by "Create a sequence of tasks with a task graph" (user-guide/tasks-graphs): a
 * root, its children, and a finalizer that runs when nothing else is running. A finalizer runs before an automatic
 * retry: "After the finalizer completes, the task should automatically retry" (section "Correct for errors").
 */
export function taskStatements(
  services: Services,
  faults: Faults,
  scheduled: Scheduled,
  perform: (session: Session, sql: string) => Promise<Answer>,
): Handler {
  const tasks = new Map<string, Task>();
  const graphs = new Map<string, Graph>();
  const history: Execution[] = [];

  const execute = async (session: Session, { name, body }: Task, { group, attempt }: Graph): Promise<boolean> => {
    const start = Date.now();
    const execution: Execution = {
      name,
      group,
      attempt,
      scheduled: start,
      listed: start + faults.historyLagMs,
      completed: undefined,
      state: "EXECUTING",
      error: null,
    };
    history.push(execution);
    try {
      if (/^EXECUTE JOB SERVICE/.test(body)) {
        const { job } = services.execute(body, name.slice(0, name.lastIndexOf(".")));
        if ((await job.ended) === "FAILED")
          throw new Error(
            `Job ${job.name} failed: ${job.replicas.map(({ log }) => log.trim().split("\n").at(-1)).join("; ")}`,
          );
      } else if (isConsumed(body, scheduled)) scheduled.streams.delete(consumed(body)!);
      else await perform(session, body);
      execution.state = "SUCCEEDED";
    } catch (error) {
      execution.error = (error as Error).message;
      execution.state = "FAILED";
    }
    execution.completed = Date.now();
    return execution.state === "SUCCEEDED";
  };

  /** Runs what of a graph has not succeeded in this group of attempts, then its finalizer; and again, if it is to. */
  const run = async (session: Session, root: Task, graph: Graph): Promise<void> => {
    const succeeded = (name: string) =>
      history.some((one) => one.name === name && one.group === graph.group && one.state === "SUCCEEDED");
    const needed = [root, ...[...tasks.values()].filter(({ after }) => after === root.name)];
    const finalizer = [...tasks.values()].find(({ finalizes }) => finalizes === root.name);
    const limit = graph.attempt + root.retries;
    for (; ; graph.attempt++) {
      let isWhole = true;
      for (const task of needed) {
        if (succeeded(task.name)) continue;
        isWhole = (task === root || task.resumed) && (await execute(session, task, graph));
        if (!isWhole) break;
      }
      if (finalizer?.resumed === true) isWhole = (await execute(session, finalizer, graph)) && isWhole;
      if (isWhole || graph.attempt === limit) {
        graph.state = isWhole ? "SUCCEEDED" : "FAILED";
        // Set on the root, it is told of every task of the graph ("Configuring a task to send error notifications").
        if (!isWhole && root.errorIntegration !== undefined)
          scheduled.notified.push({ integration: root.errorIntegration, task: root.name });
        return;
      }
    }
  };

  scheduled.due = async (session) => {
    const roots = [...tasks.values()].filter(
      (task) =>
        rootOf(task) === task.name && task.resumed && (task.stream === undefined || scheduled.streams.has(task.stream)),
    );
    for (const root of roots) {
      const graph: Graph = { group: history.length + 1, attempt: 1, state: "EXECUTING" };
      graphs.set(root.name, graph);
      await run(session, root, graph);
    }
  };

  /** Returns a task that may be changed, if it is there. @throws {SqlFailure} of a graph whose root is not suspended */
  const changeable = (name: string): Task | undefined => {
    const task = tasks.get(name);
    if (task === undefined || rootOf(task) === name || tasks.get(rootOf(task))?.resumed !== true) return task;
    throw new SqlFailure(
      "091421",
      "55000",
      `Unable to update graph with root task ${rootOf(task)} since that root task is not suspended.`,
    );
  };
  /**
   * Resumes a task. "Run a task graph manually" (user-guide/tasks-graphs) resumes each child and the finalizer; a task
   * without SCHEDULE, AFTER, FINALIZE or WHEN cannot be resumed (Snowflake's provider for Terraform, issue 3069).
   */
  const resume = (name: string, task: Task | undefined) => {
    if (task === undefined) throw missing("Task", name);
    if (rootOf(task) === task.name && task.cron === undefined && task.stream === undefined)
      throw new SqlFailure(
        "091083",
        "42601",
        `Cannot resume task ${task.name}: its definition has none of SCHEDULE, AFTER, FINALIZE and WHEN.`,
      );
    task.resumed = true;
  };

  return async (session, sql, binds) => {
    const text = sql.trim();
    const masked = mask(text);
    const create = /^CREATE TASK IF NOT EXISTS (\S+)(.*?)\sAS\s/s.exec(masked.code);
    if (create !== null) {
      const task = defined(masked, objectName(masked.unmask(create[1]!)), create[2]!);
      const body = text.slice(text.search(/\sAS\s/) + 3).trim();
      if (!tasks.has(task.name)) tasks.set(task.name, { ...task, body, resumed: false });
      return { rowset: done() };
    }
    const enable = /^SELECT SYSTEM\$TASK_DEPENDENTS_ENABLE\('(.*)'\)$/.exec(text);
    if (enable !== null) {
      // "Recursively resumes a specified task and all its dependent tasks" (sql-reference/functions/system_task_dependents_enable).
      const root = objectName(enable[1]!);
      resume(root, tasks.get(root));
      for (const task of tasks.values()) if (rootOf(task) === root) task.resumed = true;
      return { rowset: textRows(["SYSTEM$TASK_DEPENDENTS_ENABLE"], [["true"]]) };
    }
    const start = /^EXECUTE TASK (\S+?)( RETRY LAST)?$/.exec(text);
    if (start !== null) {
      const root = tasks.get(objectName(start[1]!));
      if (root === undefined) throw missing("Task", start[1]!);
      const last = graphs.get(root.name);
      const again = start[2] !== undefined;
      // RETRY LAST: "the last run of the task graph must be in state FAILED or CANCELED" (sql-reference/sql/execute-task).
      if (again && last?.state !== "FAILED")
        throw new SqlFailure(
          "091084",
          "55000",
          `Cannot retry ${root.name}: its last graph run is ${last?.state ?? "unknown"}, not FAILED or CANCELED.`,
        );
      const graph: Graph = again
        ? { group: last!.group, attempt: last!.attempt + 1, state: "EXECUTING" }
        : { group: history.length + 1, attempt: 1, state: "EXECUTING" };
      graphs.set(root.name, graph);
      void run(session, root, graph);
      return { rowset: done() };
    }
    const alter = /^ALTER TASK (IF EXISTS )?(\S+) (SUSPEND|RESUME)$/.exec(text);
    if (alter !== null) {
      const name = objectName(alter[2]!);
      const task = changeable(name);
      if (alter[3] === "RESUME") resume(name, task);
      else if (task !== undefined) task.resumed = false;
      return { rowset: done() };
    }
    const show = /^SHOW TASKS LIKE \ue000(\d+)\ue000 IN SCHEMA (\S+)$/.exec(masked.code);
    if (show !== null) {
      const within = `${objectName(masked.unmask(show[2]!))}.${likePrefix(masked.literal(Number(show[1])))}`;
      const matches = [...tasks.values()].filter(({ name }) => name.startsWith(within));
      return {
        rowset: textRows(
          ["name", "comment"],
          matches.map(({ name, comment }) => [name.split(".").at(-1)!, comment]),
        ),
      };
    }
    const drop = /^DROP TASK IF EXISTS (\S+)$/.exec(text);
    if (drop !== null) {
      tasks.delete(changeable(objectName(drop[1]!))?.name ?? "");
      return { rowset: done() };
    }
    if (/INFORMATION_SCHEMA\.TASK_HISTORY\(/.test(masked.code)) {
      const operands =
        /^SELECT NAME, STATE, ERROR_MESSAGE, GRAPH_RUN_GROUP_ID, ATTEMPT_NUMBER, DATEDIFF\(\ue000\d+\ue000, COALESCE\(COMPLETED_TIME, SCHEDULED_TIME\), CURRENT_TIMESTAMP\(\)\)\s+FROM \((.*)\)\s+WHERE DATABASE_NAME = \? AND SCHEMA_NAME = \? ORDER BY SCHEDULED_TIME$/s.exec(
          masked.code,
        );
      const one =
        /^SELECT \* FROM TABLE\(\S+\.INFORMATION_SCHEMA\.TASK_HISTORY\((?:TASK_NAME => \ue000(\d+)\ue000, )?RESULT_LIMIT => (\d+)\)\)$/;
      const calls = (operands?.[1] ?? "").split(/\s+UNION ALL\s+/).map((call) => one.exec(call.trim()));
      const runs = calls.flatMap((call) => {
        if (call === null) throw unsupported(text);
        const name = call[1] === undefined ? undefined : masked.literal(Number(call[1]));
        return taskHistory(history, Number(call[2]), name);
      });
      const [database, schema] = binds.map(({ value }) => value);
      const rows = runs
        .filter((one) => one.name.startsWith(`${database}.${schema}.`))
        .sort((a, b) => a.scheduled - b.scheduled)
        .map(({ name, state, error, group, attempt, completed, scheduled }) => {
          const age = Date.now() - (completed ?? scheduled);
          return [name.split(".").at(-1)!, state, error, String(group), String(attempt), String(age)];
        });
      return { rowset: textRows(HISTORY, rows) };
    }
    return undefined;
  };
}

/**
 * Returns the stream that a statement reads without taking any of its rows, which moves its offset on ("Introduction to
 * streams").
 */
const consumed = (body: string) => {
  const from = /^INSERT INTO .* FROM (\S+) WHERE 0 = 1$/s.exec(body)?.[1];
  return from && objectName(from);
};
const isConsumed = (body: string, { streams }: Scheduled) => streams.has(consumed(body) ?? "");

/**
 * Returns TASK_HISTORY (sql-reference/functions/task_history): "for your entire Snowflake account". Its arguments hold
 * before RESULT_LIMIT, a WHERE after it; "the task executions with the most recent timestamp are returned, up to the
 * limit". A task is named without its schema and in any case. No page says when a run begins to be listed.
 */
function taskHistory(history: readonly Execution[], limit: number, task?: string): Execution[] {
  const now = Date.now();
  return history
    .filter(({ name, listed }) => listed <= now && (task === undefined || name.endsWith(`.${task.toUpperCase()}`)))
    .slice(-limit);
}
