import { ManymodelError } from "../../core/errors.ts";
import type { Roster } from "../../ports/roster.ts";
import type { Database } from "./database.ts";

const NOW = "clock_timestamp()";
const until = (ms: string) => `${NOW} + ${ms}::float8 * interval '1 ms'`;

/** Returns workers as rows of PostgreSQL. */
export function postgresRoster(db: Database): Roster {
  const workers = `${db.schema}.mm$workers`;
  return {
    async join({ name, run }, aliveMs) {
      const { count, again } = await db.run(
        `INSERT INTO ${workers} AS w (name, run_id, started_at, alive_until) VALUES ($1, $2, ${NOW}, ${until("$3")})
         ON CONFLICT (name) DO UPDATE SET run_id = excluded.run_id, started_at = excluded.started_at,
           alive_until = excluded.alive_until, stopping = false WHERE w.alive_until <= ${NOW}`,
        [name, run, aliveMs],
      );
      if (count === 0 && !again)
        throw new ManymodelError("conflict", `a worker called ${name} is at work already; choose another name`);
      await db.run(`DELETE FROM ${workers} WHERE alive_until <= ${NOW} - interval '1 hour'`);
    },
    async beat(name, aliveMs) {
      const { rows } = await db.run<{ stopping: boolean }>(
        `UPDATE ${workers} SET alive_until = ${until("$2")} WHERE name = $1 AND alive_until > ${NOW} RETURNING stopping`,
        [name, aliveMs],
      );
      return rows[0]?.stopping === false;
    },
    async leave(name) {
      await db.run(`DELETE FROM ${workers} WHERE name = $1`, [name]);
    },
    async stop(names) {
      const sql = `UPDATE ${workers} SET stopping = true WHERE alive_until > ${NOW} AND name = ANY ($1::text[])`;
      return (await db.run(sql, [names])).count;
    },
    async alive() {
      const { rows } = await db.run<{ name: string; run_id: string | null; started_at: Date; stopping: boolean }>(
        `SELECT name, run_id, started_at, stopping FROM ${workers} WHERE alive_until > ${NOW} ORDER BY started_at, name`,
      );
      return rows.map(({ name, run_id, started_at, stopping }) => {
        return { name, run: run_id, startedAt: started_at.toISOString(), stopping };
      });
    },
  };
}
