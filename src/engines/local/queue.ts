import type { SegmentInfo } from "../../core/artifact.ts";
import type { ChunkState } from "../../core/states.ts";
import type { ChunkRecord, Lease, Queue } from "../../ports/queue.ts";
import type { Database } from "./database.ts";

/** The database's clock, in milliseconds. */
const NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
const FREE = `(state = 'available' OR (state = 'leased' AND lease_until <= ${NOW}))`;
const HELD = `run_id = ? AND chunk = ? AND attempt = ? AND state = 'leased' AND lease_until > ${NOW}`;

/** Leases as rows of SQLite: every write under a lease checks its attempt in the same statement. */
export function localQueue(db: Database): Queue {
  const insert = db.prepare(
    "INSERT INTO chunks (run_id, chunk, partitions, priority, state) VALUES (?, ?, ?, ?, 'available') ON CONFLICT DO NOTHING",
  );
  const insertAll = db.transaction((run: string, chunks: Parameters<Queue["enqueue"]>[1]) => {
    for (const { chunk, partitions, priority } of chunks) insert.run(run, chunk, partitions, priority);
  });
  const claim = db.prepare(
    `UPDATE chunks SET state = 'leased', attempt = attempt + 1, worker = ?, lease_until = ${NOW} + ?
     WHERE run_id = ? AND chunk = (SELECT chunk FROM chunks WHERE run_id = ? AND ${FREE} ORDER BY priority DESC, chunk LIMIT 1)
     AND ${FREE} RETURNING chunk, attempt`,
  );
  const giveUp = db.prepare(
    `UPDATE chunks SET state = 'failed', lease_until = NULL, error = 'its lease lapsed: ' || worker || ' was lost or too slow'
     WHERE run_id = ? AND state = 'leased' AND lease_until <= ${NOW} AND attempt >= ?`,
  );
  const renew = db.prepare(`UPDATE chunks SET lease_until = ${NOW} + ? WHERE ${HELD}`);
  const finish = db.prepare(
    `UPDATE chunks SET state = 'finished', lease_until = NULL, segment = ?, segment_failed = ?, error = NULL WHERE ${HELD}`,
  );
  const fail = db.prepare(
    `UPDATE chunks SET state = CASE WHEN attempt >= ? THEN 'failed' ELSE 'available' END, lease_until = NULL, error = ? WHERE ${HELD}`,
  );
  const counts = db.prepare(
    "SELECT state, count(*) AS chunks, sum(partitions) AS partitions, sum(segment_failed) AS failed FROM chunks WHERE run_id = ? GROUP BY state",
  );
  const select = db.prepare("SELECT * FROM chunks WHERE run_id = ? ORDER BY chunk");

  return {
    async enqueue(run, chunks) {
      insertAll.immediate(run, chunks);
    },
    async claim(run, worker, { leaseMs, maxAttempts }) {
      giveUp.run(run, maxAttempts);
      const row = claim.get(worker, leaseMs, run, run) as { chunk: number; attempt: number } | undefined;
      return row && { run, worker, chunk: row.chunk, attempt: row.attempt };
    },
    async renew(lease, leaseMs) {
      return renew.run(leaseMs, ...holder(lease)).changes === 1;
    },
    async finish(lease, segment) {
      return finish.run(JSON.stringify(segment), segment.failed, ...holder(lease)).changes === 1;
    },
    async fail(lease, error, maxAttempts) {
      return fail.run(maxAttempts, error, ...holder(lease)).changes === 1;
    },
    async counts(run) {
      const chunks: Record<ChunkState, number> = { available: 0, leased: 0, finished: 0, failed: 0 };
      const total = { partitions: 0, partitionsFinished: 0, partitionsFailed: 0 };
      for (const row of counts.all(run) as {
        state: ChunkState;
        chunks: number;
        partitions: number;
        failed: number;
      }[]) {
        chunks[row.state] = row.chunks;
        total.partitions += row.partitions;
        if (row.state === "finished") total.partitionsFinished += row.partitions;
        total.partitionsFailed += row.state === "failed" ? row.partitions : row.failed;
      }
      return { chunks, ...total };
    },
    async chunks(run) {
      return (select.all(run) as ChunkRow[]).map(fromRow);
    },
  };
}

interface ChunkRow {
  chunk: number;
  partitions: number;
  priority: number;
  state: ChunkState;
  attempt: number;
  worker: string | null;
  segment: string | null;
  error: string | null;
}

const holder = ({ run, chunk, attempt }: Lease) => [run, chunk, attempt] as const;

function fromRow(row: ChunkRow): ChunkRecord {
  const { chunk, partitions, priority, state, attempt, worker, error } = row;
  const segment = row.segment === null ? null : (JSON.parse(row.segment) as SegmentInfo);
  return { chunk, partitions, priority, state, attempt, worker, segment, error };
}
