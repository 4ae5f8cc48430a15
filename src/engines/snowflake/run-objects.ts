import type { RunObject, RunObjects } from "../../ports/run-objects.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { runObjectStatements } from "./sql/run-objects.ts";

/** More objects than a schema is shown at a time. */
const ALL = 10_000;

/** Tasks and services say in their comments which run they are of; functions are made again by whoever needs one. */
export function snowflakeRunObjects(session: Session, names: Names): RunObjects {
  const sql = runObjectStatements(names);
  const shown = async (text: string, wanted: readonly string[]) => {
    const { columns, rows } = await session.table(text, ALL);
    return rows.map((row) => wanted.map((name) => String(row[columns.indexOf(name)] ?? "")));
  };
  const commented = async (kind: "task" | "service", text: string) =>
    (await shown(text, ["name", "comment"])).flatMap(([name, comment]): RunObject[] => {
      const run = runOf(comment!);
      return run === undefined ? [] : [{ kind, name: name!, run }];
    });
  return {
    async list() {
      const functions = await shown(sql.functions, ["name", "arguments"]);
      return [
        ...(await commented("task", sql.tasks)),
        ...(await commented("service", sql.services)),
        ...functions.map(
          ([name, listed]): RunObject => ({ kind: "function", name: signature(name!, listed!), run: null }),
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
