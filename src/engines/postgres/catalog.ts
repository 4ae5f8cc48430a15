import { ManymodelError } from "../../core/errors.ts";
import { runStatesBefore } from "../../core/states.ts";
import type { Catalog } from "../../ports/catalog.ts";
import { runRecord, type StoredRun } from "../node/stored-run.ts";
import type { Database } from "./database.ts";
import type { WorkSignal } from "./work-signal.ts";

/** Runs as rows of PostgreSQL. */
export function postgresCatalog(db: Database, signal: WorkSignal): Catalog {
  const runs = `${db.schema}.mm$runs`;
  return {
    async createRun(runId, createdAt) {
      const { count, again } = await db.run(
        `INSERT INTO ${runs} (run_id, state, created_at) VALUES ($1, 'planning', $2) ON CONFLICT DO NOTHING`,
        [runId, createdAt],
      );
      if (count === 1) return;
      const run = again ? await this.run(runId) : undefined;
      if (run?.state !== "planning" || run.createdAt !== createdAt)
        throw new ManymodelError("conflict", `run ${runId} exists already; choose another run id (--run-id)`);
    },
    async moveRun(runId, next, { manifest, index, error, endedAt } = {}) {
      const text = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
      const { count, again } = await db.run(
        `UPDATE ${runs} SET state = $2, manifest = coalesce($3::json, manifest), idx = coalesce($4::json, idx), error = $5,
         ended_at = coalesce($6::timestamptz, ended_at) WHERE run_id = $1 AND state = ANY ($7::text[])`,
        [runId, next, text(manifest), text(index), error ?? null, endedAt ?? null, runStatesBefore(next)],
      );
      const moved = count === 1 || (again && (await this.run(runId))?.state === next);
      if (moved && next === "running") await signal.tell(runId);
      return moved;
    },
    async run(runId) {
      const { rows } = await db.run<StoredRun>(`SELECT * FROM ${runs} WHERE run_id = $1`, [runId]);
      return rows[0] && runRecord(rows[0]);
    },
    async runs(state) {
      const { rows } = await db.run<StoredRun>(
        `SELECT * FROM ${runs} WHERE state = coalesce($1, state) ORDER BY created_at DESC, id DESC`,
        [state ?? null],
      );
      return rows.map(runRecord);
    },
    async removeRun(runId) {
      const { count, again } = await db.run(`DELETE FROM ${runs} WHERE run_id = $1`, [runId]);
      if (count === 0 && !again) throw new ManymodelError("not-found", `there is no run ${runId}`);
    },
  };
}
