import { ManymodelError } from "../../core/errors.ts";
import type { ModelAlias, ModelVersion, RunRecord } from "../../core/run.ts";
import { type RunState, runStatesBefore } from "../../core/states.ts";
import type { Catalog } from "../../ports/catalog.ts";
import type { Database } from "./database.ts";

/** Runs and versions as rows of SQLite. */
export function localCatalog(db: Database): Catalog {
  const insertRun = db.prepare(
    "INSERT INTO runs (run_id, state, created_at) VALUES (?, 'planning', ?) ON CONFLICT DO NOTHING",
  );
  const moveRun = db.prepare(
    `UPDATE runs SET state = ?, manifest = coalesce(?, manifest), idx = coalesce(?, idx), error = ?,
     ended_at = coalesce(?, ended_at) WHERE run_id = ? AND state IN (SELECT value FROM json_each(?))`,
  );
  const selectRun = db.prepare("SELECT * FROM runs WHERE run_id = ?");
  const selectRuns = db.prepare("SELECT * FROM runs ORDER BY created_at DESC, rowid DESC");
  const insertVersion = db.prepare(
    "INSERT INTO versions (model, version, created_at, record) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const selectVersion = db.prepare("SELECT record FROM versions WHERE model = ? AND version = ?");
  const selectVersions = db.prepare("SELECT model, record FROM versions ORDER BY created_at DESC, rowid DESC");
  const insertAlias = db.prepare(
    `INSERT INTO aliases (model, alias, version, changed_at) SELECT model, ?, version, ? FROM versions
     WHERE model = ? AND version = ?
     ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version, changed_at = excluded.changed_at`,
  );
  const selectAliases = db.prepare(
    "SELECT model, alias, version, changed_at AS changedAt FROM aliases ORDER BY model, alias",
  );

  return {
    async createRun(runId, createdAt) {
      if (insertRun.run(runId, createdAt).changes === 0)
        throw new ManymodelError("conflict", `run ${runId} exists already; choose another model_run_id`);
    },
    async moveRun(runId, next, { manifest, index, error, endedAt } = {}) {
      const text = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
      const before = JSON.stringify(runStatesBefore(next));
      return (
        moveRun.run(next, text(manifest), text(index), error ?? null, endedAt ?? null, runId, before).changes === 1
      );
    },
    async run(runId) {
      const row = selectRun.get(runId) as RunRow | undefined;
      return row && fromRow(row);
    },
    async runs() {
      return (selectRuns.all() as RunRow[]).map(fromRow);
    },
    async createVersion(version) {
      const { model, version: name, createdAt } = version;
      if (insertVersion.run(model, name, createdAt, JSON.stringify(version)).changes === 0)
        throw new ManymodelError(
          "conflict",
          `${model} has a version ${name} already; versions never change, choose another`,
        );
    },
    async version(model, version) {
      const row = selectVersion.get(model, version) as { record: string } | undefined;
      return row && (JSON.parse(row.record) as ModelVersion);
    },
    async setAlias(model, alias, version, changedAt) {
      if (insertAlias.run(alias, changedAt, model, version).changes === 0)
        throw new ManymodelError("not-found", `there is no version ${version} of model ${model}`);
    },
    async aliases(model) {
      const aliases = selectAliases.all() as ModelAlias[];
      return aliases.filter((alias) => model === undefined || alias.model === model);
    },
    async versions(model) {
      const rows = selectVersions.all() as { model: string; record: string }[];
      return rows.filter((row) => model === undefined || row.model === model).map((row) => JSON.parse(row.record));
    },
  };
}

interface RunRow {
  run_id: string;
  state: RunState;
  created_at: string;
  ended_at: string | null;
  manifest: string | null;
  idx: string | null;
  error: string | null;
}

function fromRow(row: RunRow): RunRecord {
  return {
    runId: row.run_id,
    state: row.state,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    manifest: row.manifest === null ? null : JSON.parse(row.manifest),
    index: row.idx === null ? null : JSON.parse(row.idx),
    error: row.error,
  };
}
