import { ManymodelError } from "../../core/errors.ts";
import type { Roster } from "../../ports/roster.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { rosterStatements } from "./sql/roster.ts";

/** Returns workers as rows of a table whose key is their name. */
export function snowflakeRoster(session: Session, names: Names): Roster {
  const sql = rosterStatements(names);
  return {
    async join({ name, run }, aliveMs) {
      await session.change(sql.forget);
      if ((await session.change(sql.join, [name, run, aliveMs, name])) === 0)
        throw new ManymodelError("conflict", `a worker called ${name} is at work already; choose another name`);
    },
    async beat(name, aliveMs) {
      if ((await session.change(sql.beat, [aliveMs, name])) === 0) return false;
      return (await session.rows(sql.stopping, [name]))[0]?.[0] === false;
    },
    async leave(name) {
      await session.change(sql.leave, [name]);
    },
    stop: (names) => session.change(sql.stop, [JSON.stringify(names)]),
    async alive() {
      return (await session.rows(sql.alive)).map(([name, run, startedAt, stopping]) => ({
        name: name as string,
        run: run as string | null,
        startedAt: new Date(Number(startedAt)).toISOString(),
        stopping: stopping as boolean,
      }));
    },
  };
}

/**
 * Returns the roster as a worker of a static shard sees it: the account knows of its job, so that it need not be heard
 * of.
 */
export function jobRoster(roster: Roster): Roster {
  return { ...roster, join: async () => {}, beat: async () => true, leave: async () => {} };
}
