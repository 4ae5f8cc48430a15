import type { RunRecord } from "../../core/run.ts";
import type { RunState } from "../../core/states.ts";

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

/** Returns what the catalog says of a run. */
export function runRecord(row: StoredRun): RunRecord {
  return {
    runId: row.run_id,
    state: row.state,
    createdAt: textOf(row.created_at),
    endedAt: row.ended_at === null ? null : textOf(row.ended_at),
    manifest: row.manifest === null ? null : JSON.parse(row.manifest),
    index: row.idx === null ? null : JSON.parse(row.idx),
    error: row.error,
  };
}

const textOf = (time: string | Date) => (typeof time === "string" ? time : time.toISOString());
