import type { RunRecord } from "../../core/run.ts";
import type { RunState } from "../../core/states.ts";
import { unseal } from "../../stages/sealed.ts";

/** A run as the databases of SQL keep it. */
export interface StoredRun {
  readonly run_id: string;
  readonly state: RunState;
  readonly created_at: string | Date;
  readonly ended_at: string | Date | null;
  readonly manifest: string | null;
  readonly idx: string | null;
  readonly error: string | null;
}

/** Says that a value of the database was altered, and what to do. */
export const damagedRow = (subject: string) =>
  `${subject} is damaged in the workspace's database; restore the database from a backup (manymodel verify checks all of it)`;

/** Returns what the catalog says of a run. */
export function runRecord(row: StoredRun): RunRecord {
  return {
    runId: row.run_id,
    state: row.state,
    createdAt: textOf(row.created_at),
    endedAt: row.ended_at === null ? null : textOf(row.ended_at),
    manifest: row.manifest === null ? null : unseal(row.manifest, damagedRow(`the plan of run ${row.run_id}`)),
    index: row.idx === null ? null : unseal(row.idx, damagedRow(`the index of run ${row.run_id}`)),
    error: row.error,
  };
}

const textOf = (time: string | Date) => (typeof time === "string" ? time : time.toISOString());
