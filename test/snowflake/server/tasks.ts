import { missing, SqlFailure, unsupported } from "./failure.ts";
import { mask } from "./masked.ts";
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
  readonly body: string;
  readonly comment: string;
  resumed: boolean;
}

const rootOf = ({ name, after, finalizes }: Task) => after ?? finalizes ?? name;

interface Execution {
  readonly name: string;
  state: "EXECUTING" | "SUCCEEDED" | "FAILED";
  error: string | null;
}

/** Task graphs: a root, those after it, and a finalizer that runs when all else has ended, however. */
export function taskStatements(
  services: Services,
  perform: (session: Session, sql: string) => Promise<Answer>,
): Handler {
  const tasks = new Map<string, Task>();
  const history: Execution[] = [];

  const execute = async (session: Session, { name, body }: Task): Promise<boolean> => {
    const execution: Execution = { name, state: "EXECUTING", error: null };
    history.push(execution);
    try {
      if (/^EXECUTE JOB SERVICE/.test(body)) {
        const { job } = services.execute(body, name.slice(0, name.lastIndexOf(".")));
        if ((await job.ended) === "FAILED")
          throw new Error(
            `Job ${job.name} failed: ${job.replicas.map(({ log }) => log.trim().split("\n").at(-1)).join("; ")}`,
          );
      } else await perform(session, body);
      execution.state = "SUCCEEDED";
    } catch (error) {
      execution.error = (error as Error).message;
      execution.state = "FAILED";
    }
    return execution.state === "SUCCEEDED";
  };
  const run = async (session: Session, root: Task) => {
    const children = [...tasks.values()].filter(({ after }) => after === root.name);
    const finalizer = [...tasks.values()].find(({ finalizes }) => finalizes === root.name);
    let succeeded = await execute(session, root);
    for (const child of children) {
      if (!succeeded || !child.resumed) break;
      succeeded = await execute(session, child);
      for (let retry = 0; !succeeded && retry < root.retries; retry++) succeeded = await execute(session, child);
    }
    if (finalizer?.resumed) await execute(session, finalizer);
  };

  /** A task that may be changed, if it is there. @throws {SqlFailure} of a graph whose root is not suspended */
  const changeable = (name: string): Task | undefined => {
    const task = tasks.get(name);
    if (task === undefined || rootOf(task) === name || tasks.get(rootOf(task))?.resumed !== true) return task;
    throw new SqlFailure(
      "091421",
      "55000",
      `Unable to update graph with root task ${rootOf(task)} since that root task is not suspended.`,
    );
  };

  return async (session, sql, binds) => {
    const text = sql.trim();
    const masked = mask(text);
    const create =
      /^CREATE TASK IF NOT EXISTS (\S+)((?: (?:USER_TASK_TIMEOUT_MS|TASK_AUTO_RETRY_ATTEMPTS|SUSPEND_TASK_AFTER_NUM_FAILURES) = \d+)*)(?: COMMENT = \ue000(\d+)\ue000)?(?: AFTER (\S+))?(?: FINALIZE = (\S+))? AS\s+(.*)$/s.exec(
        masked.code,
      );
    if (create !== null) {
      const name = (code: string | undefined) => code && objectName(masked.unmask(code));
      const [, own, options, said, after, finalizes] = create;
      const comment = said === undefined ? "" : masked.literal(Number(said));
      const key = name(own)!;
      const retries = Number(/TASK_AUTO_RETRY_ATTEMPTS = (\d+)/.exec(options!)?.[1] ?? 0);
      const body = text.slice(text.search(/\sAS\s/) + 3).trim();
      if (!tasks.has(key))
        tasks.set(key, {
          name: key,
          after: name(after),
          finalizes: name(finalizes),
          retries,
          body,
          comment,
          resumed: false,
        });
      return { rowset: done() };
    }
    const enable = /^SELECT SYSTEM\$TASK_DEPENDENTS_ENABLE\('(.*)'\)$/.exec(text);
    if (enable !== null) {
      const root = objectName(enable[1]!);
      for (const task of tasks.values()) if (rootOf(task) === root) task.resumed = true;
      return { rowset: textRows(["SYSTEM$TASK_DEPENDENTS_ENABLE"], [["true"]]) };
    }
    const start = /^EXECUTE TASK (\S+?)( RETRY LAST)?$/.exec(text);
    if (start !== null) {
      const root = tasks.get(objectName(start[1]!));
      if (root === undefined) throw missing("Task", start[1]!);
      void run(session, root);
      return { rowset: done() };
    }
    const alter = /^ALTER TASK IF EXISTS (\S+) SUSPEND$/.exec(text);
    if (alter !== null) {
      const task = changeable(objectName(alter[1]!));
      if (task !== undefined) task.resumed = false;
      return { rowset: done() };
    }
    const show = /^SHOW TASKS LIKE \ue000(\d+)\ue000 IN SCHEMA (\S+)$/.exec(masked.code);
    if (show !== null) {
      const within = `${objectName(masked.unmask(show[2]!))}.${likePrefix(masked.literal(Number(show[1])))}`;
      const found = [...tasks.values()].filter(({ name }) => name.startsWith(within));
      return {
        rowset: textRows(
          ["name", "comment"],
          found.map(({ name, comment }) => [name.split(".").at(-1)!, comment]),
        ),
      };
    }
    const drop = /^DROP TASK IF EXISTS (\S+)$/.exec(text);
    if (drop !== null) {
      tasks.delete(changeable(objectName(drop[1]!))?.name ?? "");
      return { rowset: done() };
    }
    if (/INFORMATION_SCHEMA\.TASK_HISTORY\(/.test(masked.code)) {
      const known =
        /^SELECT NAME, STATE, ERROR_MESSAGE FROM TABLE\(\S+\.INFORMATION_SCHEMA\.TASK_HISTORY\(RESULT_LIMIT => 10000\)\)\s+WHERE NAME = \?(?: OR NAME = \?)* ORDER BY SCHEDULED_TIME$/.test(
          masked.code,
        );
      if (!known) throw unsupported(text);
      const names = new Set<unknown>(binds.map(({ value }) => value));
      const rows = history.map(({ name, state, error }) => [name.split(".").at(-1)!, state, error]);
      return {
        rowset: textRows(
          ["NAME", "STATE", "ERROR_MESSAGE"],
          rows.filter(([name]) => names.has(name!)),
        ),
      };
    }
    return undefined;
  };
}
