import { ManymodelError, show } from "../../core/errors.ts";
import type { RunObject, RunObjects } from "../../ports/run-objects.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { ROOT } from "./sql/jobs.ts";
import { runObjectStatements } from "./sql/run-objects.ts";

/** More objects than a schema is shown at a time. */
const ALL = 10_000;

/** Finds and removes a run's objects. The comments of tasks and services name their run. Functions are made again when needed. */
export function snowflakeRunObjects(session: Session, names: Names): RunObjects {
  const sql = runObjectStatements(names);
  const commented = async (kind: "task" | "service", text: string) =>
    (await session.records(text, ALL)).flatMap(({ name, comment }): RunObject[] => {
      const run = runOf(String(comment ?? ""));
      return run === undefined ? [] : [{ kind, name: String(name), run }];
    });
  return {
    async list(run) {
      const objects = [...(await commented("task", sql.tasks)), ...(await commented("service", sql.services))];
      if (run !== undefined) return objects.filter((object) => object.run === run);
      const functions = await session.records(sql.functions, ALL);
      return [
        ...objects,
        ...functions.map(
          ({ name, arguments: listed }): RunObject => ({
            kind: "function",
            name: signature(String(name), String(listed)),
            run: null,
          }),
        ),
      ];
    },
    async remove(objects) {
      const tasks = objects.filter(({ kind }) => kind === "task");
      // No task of a graph may be changed before its root is suspended, which then begins nothing more.
      const roots = tasks.filter(({ name }) => name.endsWith(ROOT));
      for (const { name } of roots) await session.rows(sql.suspendTask(name));
      for (const { name } of [...tasks.filter((task) => !roots.includes(task)), ...roots])
        await session.rows(sql.dropTask(name));
      for (const { kind, name } of objects) {
        if (kind === "task") continue;
        if (kind === "service") await session.rows(sql.dropService(name));
        else await session.rows(sql.dropFunction(...parts(name)));
      }
    },
  };
}

/** Returns the run that a comment of ours names; undefined for anybody else's. */
function runOf(comment: string): string | undefined {
  try {
    const { app, run } = JSON.parse(comment) as { app?: unknown; run?: unknown };
    return app === "manymodel" && typeof run === "string" ? run : undefined;
  } catch {
    return undefined;
  }
}

/** Returns a function's name with the types of its arguments, of `NAME(TYPE, …) RETURN …`. */
const signature = (name: string, listed: string) => `${name}(${/\(([^()]*)\)/.exec(listed)?.[1] ?? ""})`;

/** Takes a function's name with the types of its arguments apart. */
function parts(text: string): [name: string, types: string] {
  const [, name, types] = /^(.*)\((.*)\)$/.exec(text) ?? [];
  if (name === undefined || types === undefined)
    throw new ManymodelError("input", `${show(text)} is not a function's name with the types of its arguments`);
  return [name, types];
}
