import { ManymodelError } from "../../core/errors.ts";
import type { Roster } from "../../ports/roster.ts";
import { type Database, NOW } from "./database.ts";

/** Returns workers as rows of SQLite. */
export function localRoster(db: Database): Roster {
  const forget = db.prepare(`DELETE FROM workers WHERE alive_until <= ${NOW}`);
  const insert = db.prepare(
    `INSERT INTO workers (name, run_id, started_at, alive_until) VALUES (?, ?, ${NOW}, ${NOW} + ?) ON CONFLICT DO NOTHING`,
  );
  const beat = db.prepare(
    `UPDATE workers SET alive_until = ${NOW} + ? WHERE name = ? AND alive_until > ${NOW} RETURNING stopping`,
  );
  const remove = db.prepare("DELETE FROM workers WHERE name = ?");
  const stop = db.prepare(
    `UPDATE workers SET stopping = 1 WHERE alive_until > ${NOW} AND name IN (SELECT value FROM json_each(?))`,
  );
  const select = db.prepare(`SELECT * FROM workers WHERE alive_until > ${NOW} ORDER BY started_at, name`);
  return {
    async join({ name, run }, aliveMs) {
      forget.run();
      if (insert.run(name, run, aliveMs).changes === 0)
        throw new ManymodelError("conflict", `a worker called ${name} is at work already; choose another name`);
    },
    async beat(name, aliveMs) {
      const row = beat.get(aliveMs, name) as { stopping: number } | undefined;
      return row?.stopping === 0;
    },
    async leave(name) {
      remove.run(name);
    },
    async stop(names) {
      return stop.run(JSON.stringify(names)).changes;
    },
    async alive() {
      const rows = select.all() as { name: string; run_id: string | null; started_at: number; stopping: number }[];
      return rows.map(({ name, run_id, started_at, stopping }) => {
        return { name, run: run_id, startedAt: new Date(started_at).toISOString(), stopping: stopping === 1 };
      });
    },
  };
}
