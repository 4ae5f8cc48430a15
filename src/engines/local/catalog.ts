import { ManymodelError } from "../../core/errors.ts";
import { runStatesBefore } from "../../core/states.ts";
import type { Catalog } from "../../ports/catalog.ts";
import { seal } from "../../stages/sealed.ts";
import { runRecord, type StoredRun } from "../node/stored-run.ts";
import type { Database } from "./database.ts";

/** Runs as rows of SQLite. */
export function localCatalog(db: Database): Catalog {
  const insertRun = db.prepare(
    "INSERT INTO runs (run_id, state, created_at) VALUES (?, 'planning', ?) ON CONFLICT DO NOTHING",
  );
  const moveRun = db.prepare(
    `UPDATE runs SET state = ?, manifest = coalesce(?, manifest), idx = coalesce(?, idx), error = ?,
     ended_at = coalesce(?, ended_at) WHERE run_id = ? AND state IN (SELECT value FROM json_each(?))`,
  );
  const selectRun = db.prepare("SELECT * FROM runs WHERE run_id = ?");
  const selectRuns = db.prepare(
    "SELECT * FROM runs WHERE state = coalesce(?, state) ORDER BY created_at DESC, rowid DESC",
  );
  const deleteRun = db.prepare("DELETE FROM runs WHERE run_id = ?");

  return {
    async createRun(runId, createdAt) {
      if (insertRun.run(runId, createdAt).changes === 0)
        throw new ManymodelError("conflict", `run ${runId} exists already; choose another run id (--run-id)`);
    },
    async moveRun(runId, next, { manifest, index, error, endedAt } = {}) {
      const text = (value: object | undefined) => (value === undefined ? null : seal(value));
      const before = JSON.stringify(runStatesBefore(next));
      return (
        moveRun.run(next, text(manifest), text(index), error ?? null, endedAt ?? null, runId, before).changes === 1
      );
    },
    async run(runId) {
      const row = selectRun.get(runId) as StoredRun | undefined;
      return row && runRecord(row);
    },
    async runs(state) {
      return (selectRuns.all([state ?? null]) as StoredRun[]).map(runRecord);
    },
    async removeRun(runId) {
      if (deleteRun.run(runId).changes === 0) throw new ManymodelError("not-found", `there is no run ${runId}`);
    },
  };
}
