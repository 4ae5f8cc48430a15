import { ManymodelError } from "../../core/errors.ts";
import type { RunRecord } from "../../core/run.ts";
import { type RunState, runStatesBefore } from "../../core/states.ts";
import type { Catalog } from "../../ports/catalog.ts";
import type { Names } from "./names.ts";
import type { Row, Session } from "./session.ts";
import { catalogStatements } from "./sql/catalog.ts";

/** Runs as rows of a table. */
export function snowflakeCatalog(session: Session, names: Names): Catalog {
  const sql = catalogStatements(names);
  return {
    async createRun(runId, createdAt) {
      const created = await session.transaction(async (transaction) => {
        await transaction.change(sql.lock, [runId]);
        return transaction.change(sql.create, [runId, createdAt, runId]);
      });
      if (created === 0)
        throw new ManymodelError("conflict", `run ${runId} exists already; choose another run id (--run-id)`);
    },
    async moveRun(runId, next, { manifest, index, error, endedAt } = {}) {
      const text = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
      const binds = [next, text(manifest), text(index), error ?? null, endedAt ?? null, runId];
      return (await session.change(sql.move(runStatesBefore(next)), binds)) === 1;
    },
    async run(runId) {
      const [row] = await session.rows(sql.run, [runId]);
      return row && toRecord(row);
    },
    async runs(state) {
      const rows = state === undefined ? await session.rows(sql.runs) : await session.rows(sql.runsIn, [state]);
      return rows.map(toRecord);
    },
    async removeRun(runId) {
      if ((await session.change(sql.remove, [runId])) === 0)
        throw new ManymodelError("not-found", `there is no run ${runId}`);
    },
  };
}

/** A run as the catalog's queries give it. */
type RunRow = readonly [
  runId: string,
  state: RunState,
  createdAt: string,
  endedAt: string | null,
  manifest: string | null,
  index: string | null,
  error: string | null,
];

function toRecord(row: Row): RunRecord {
  const [runId, state, createdAt, endedAt, manifest, index, error] = row as RunRow;
  return {
    runId,
    state,
    createdAt,
    endedAt,
    manifest: manifest == null ? null : JSON.parse(manifest),
    index: index == null ? null : JSON.parse(index),
    error,
  };
}
