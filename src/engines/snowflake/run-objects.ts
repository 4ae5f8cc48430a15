import type { RunObject, RunObjects } from "../../ports/run-objects.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { runObjectStatements } from "./sql/run-objects.ts";

/** More objects than a schema is shown at a time. */
const ALL = 10_000;

/** Tasks and services say in their comments which run they are of; functions are made again by whoever needs one. */
export function snowflakeRunObjects(session: Session, names: Names): RunObjects {
  const sql = runObjectStatements(names);
  const commented = async (kind: "task" | "service", text: string) =>
    (await session.records(text, ALL)).flatMap(({ name, comment }): RunObject[] => {
      const run = runOf(String(comment ?? ""));
      return run === undefined ? [] : [{ kind, name: String(name), run }];
    });
  return {
    async list() {
      const functions = await session.records(sql.functions, ALL);
      return [
        ...(await commented("task", sql.tasks)),
        ...(await commented("service", sql.services)),
        ...functions.map(
          ({ name, arguments: listed }): RunObject => ({
            ...{ kind: "function", name: signature(String(name), String(listed)), run: null },
          }),
        ),
      ];
    },
    async remove(objects) {
      // A root that is suspended starts no further task, so that what is dropped after it has no successor.
      for (const { kind, name } of objects) if (kind === "task") await session.rows(sql.suspendTask(name));
      for (const { kind, name } of objects) {
        if (kind === "task") await session.rows(sql.dropTask(name));
        else if (kind === "service") await session.rows(sql.dropService(name));
        else await session.rows(sql.dropFunction(...parts(name)));
      }
    },
  };
}

/** The run that a comment of ours names; undefined for anybody else's. */
function runOf(comment: string): string | undefined {
  try {
    const { app, run } = JSON.parse(comment) as { app?: unknown; run?: unknown };
    return app === "manymodel" && typeof run === "string" ? run : undefined;
  } catch {
    return undefined;
  }
}

/** A function's name with the types of its arguments, of `NAME(TYPE, …) RETURN …`. */
const signature = (name: string, listed: string) => `${name}(${/\(([^()]*)\)/.exec(listed)?.[1] ?? ""})`;
const parts = (name: string) => /^(.*)\((.*)\)$/.exec(name)!.slice(1) as [string, string];
