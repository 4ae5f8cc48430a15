import { lapsedLeaseSql } from "../../../core/queue-counts.ts";
import type { ChunkState } from "../../../core/states.ts";
import { integer } from "../literal.ts";
import type { Names } from "../names.ts";

/** The chunks that one process may claim: those whose number has this remainder. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** The number of chunks that a worker looks at before it claims one. */
export const CANDIDATES = 16;

/** A chunk that may be claimed: its number, its attempt, its state and the attempts that count. */
export type Candidate = [chunk: number, attempt: number, state: ChunkState, counted: number];

/**
 * Returns statements of the queue. A lease is held by the attempt's number and the worker's name together; every write under one
 * checks both, and the time, in the same statement.
 */
export function queueStatements({ chunks }: Names, longestRetryMs: number, shard?: Shard) {
  const mine = shard === undefined ? "" : ` AND MOD(CHUNK, ${integer(shard.count)}) = ${integer(shard.index)}`;
  const lapsed = "STATE = 'leased' AND LEASE_UNTIL <= SYSDATE()";
  const isLeased =
    "RUN_ID = ? AND CHUNK = ? AND ATTEMPT = ? AND WORKER = ? AND STATE = 'leased' AND LEASE_UNTIL > SYSDATE()";
  const later = `NOT_BEFORE > SYSDATE() AND NOT_BEFORE <= DATEADD('millisecond', ${integer(longestRetryMs)}, SYSDATE())`;
  return {
    enqueue: `INSERT INTO ${chunks} (RUN_ID, CHUNK, PARTITIONS, PRIORITY, STATE, ATTEMPT, FORGIVEN)
      SELECT ?, f.VALUE[0]::NUMBER, f.VALUE[1]::NUMBER, f.VALUE[2]::NUMBER, ?, 0, 0
      FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) f
      WHERE NOT EXISTS (SELECT 1 FROM ${chunks} c WHERE c.RUN_ID = ? AND c.CHUNK = f.VALUE[0]::NUMBER)`,
    counts: `SELECT STATE, COUNT(*), SUM(PARTITIONS), SUM(COALESCE(SEGMENT_FAILED, 0)) FROM ${chunks} WHERE RUN_ID = ? GROUP BY STATE`,
    release: (
      limit: number,
    ) => `UPDATE ${chunks} SET STATE = 'available' WHERE RUN_ID = ? AND STATE = 'waiting' AND CHUNK IN
      (SELECT CHUNK FROM ${chunks} WHERE RUN_ID = ? AND STATE = 'waiting' ORDER BY PRIORITY DESC, CHUNK LIMIT ${integer(limit)})`,
    skip: `UPDATE ${chunks} SET STATE = 'skipped', ERROR = ? WHERE RUN_ID = ? AND STATE IN ('waiting', 'available') AND ATTEMPT = 0`,
    free: `UPDATE ${chunks} SET STATE = 'available', LEASE_UNTIL = NULL, FORGIVEN = FORGIVEN + 1
      WHERE RUN_ID = ? AND STATE = 'leased' AND WORKER IN (SELECT f.VALUE::VARCHAR FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) f)`,
    abandon: `UPDATE ${chunks} SET STATE = 'failed', LEASE_UNTIL = NULL, ERROR = ?
      WHERE RUN_ID = ? AND (STATE = 'leased' OR (STATE = 'available' AND ATTEMPT > 0))`,
    prioritize: `UPDATE ${chunks} SET PRIORITY = ? WHERE RUN_ID = ? AND STATE IN ('waiting', 'available')
      AND CHUNK IN (SELECT f.VALUE::NUMBER FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) f)`,
    candidates: `SELECT CHUNK, ATTEMPT, STATE, ATTEMPT - FORGIVEN FROM ${chunks} WHERE RUN_ID = ?${mine}
      AND ((STATE = 'available' AND NOT COALESCE(${later}, FALSE)) OR (${lapsed}))
      ORDER BY PRIORITY DESC, CHUNK LIMIT ${CANDIDATES}`,
    /** Ends the leases of a shard but on some chunks: those that its only process works on. */
    lapse: `UPDATE ${chunks} SET LEASE_UNTIL = SYSDATE() WHERE RUN_ID = ? AND STATE = 'leased' AND LEASE_UNTIL > SYSDATE()${mine}
      AND NOT CHUNK IN (SELECT f.VALUE::NUMBER FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) f)`,
    giveUp: `UPDATE ${chunks} SET STATE = 'failed', LEASE_UNTIL = NULL, ERROR = ${lapsedLeaseSql("WORKER")}
      WHERE RUN_ID = ? AND CHUNK = ? AND ATTEMPT = ? AND ${lapsed}`,
    claim: `UPDATE ${chunks} SET STATE = 'leased', ATTEMPT = ATTEMPT + 1, WORKER = ?, LEASE_UNTIL = DATEADD('millisecond', ?, SYSDATE())
      WHERE RUN_ID = ? AND CHUNK = ? AND ATTEMPT = ? AND (STATE = 'available' OR (${lapsed}))`,
    holder: `SELECT ATTEMPT, WORKER FROM ${chunks} WHERE RUN_ID = ? AND CHUNK = ?`,
    renew: `UPDATE ${chunks} SET LEASE_UNTIL = DATEADD('millisecond', ?, SYSDATE()) WHERE ${isLeased}`,
    finish: `UPDATE ${chunks} SET STATE = 'finished', LEASE_UNTIL = NULL, SEGMENT = ?, SEGMENT_FAILED = ?, ERROR = NULL WHERE ${isLeased}`,
    fail: `UPDATE ${chunks} SET STATE = IFF(ATTEMPT - FORGIVEN >= ?, 'failed', 'available'), LEASE_UNTIL = NULL,
      NOT_BEFORE = DATEADD('millisecond', ?, SYSDATE()), ERROR = ? WHERE ${isLeased}`,
    open: `SELECT COUNT(*) FROM ${chunks} WHERE RUN_ID = ? AND STATE IN ('waiting', 'available', 'leased')${mine}`,
    chunks: `SELECT CHUNK, PARTITIONS, PRIORITY, STATE, ATTEMPT, FORGIVEN, WORKER, SEGMENT, ERROR FROM ${chunks} WHERE RUN_ID = ? ORDER BY CHUNK`,
    forget: `DELETE FROM ${chunks} WHERE RUN_ID = ?`,
  };
}
