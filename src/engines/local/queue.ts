import type { SegmentInfo } from "../../core/artifact.ts";
import { type ChunkGroup, lapsedLeaseSql, queueCounts } from "../../core/queue-counts.ts";
import type { ChunkState } from "../../core/states.ts";
import { type ChunkRecord, type Lease, LONGEST_RETRY_MS, type Queue } from "../../ports/queue.ts";
import { unseal } from "../../stages/sealed.ts";
import { damagedRow } from "../node/stored-run.ts";
import { type Database, NOW, transact } from "./database.ts";
import { groupCommit } from "./group-commit.ts";

/** SQLite would take the primary key instead, and look at every chunk of the run. */
const BY_STATE = "INDEXED BY chunks_to_claim";
const READY = `state = 'available' AND not_before NOT BETWEEN ${NOW} + 1 AND ${NOW} + ${LONGEST_RETRY_MS}`;
const LAPSED = `state = 'leased' AND lease_until <= ${NOW}`;
const claimOne = (chunk: string) =>
  `UPDATE chunks SET state = 'leased', attempt = attempt + 1, worker = ?, lease_until = ${NOW} + ?
   WHERE run_id = ? AND chunk = (${chunk} ORDER BY priority DESC, chunk LIMIT 1) RETURNING chunk, attempt`;
const HELD = `run_id = ? AND chunk = ? AND attempt = ? AND state = 'leased' AND lease_until > ${NOW}`;

/** Returns leases as rows of SQLite: every write under a lease checks its attempt in the same statement. */
export function localQueue(db: Database): Queue {
  const insert = db.prepare(
    "INSERT INTO chunks (run_id, chunk, partitions, priority, state) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const inState = db.prepare(`SELECT count(*) AS n FROM chunks ${BY_STATE} WHERE run_id = ? AND state = ?`);
  const anyInState = db.prepare(
    `SELECT EXISTS (SELECT 1 FROM chunks ${BY_STATE} WHERE run_id = ? AND state = ?) AS found`,
  );
  const release = db.prepare(
    `UPDATE chunks SET state = 'available' WHERE run_id = ? AND chunk IN
     (SELECT chunk FROM chunks ${BY_STATE} WHERE run_id = ? AND state = 'waiting' ORDER BY priority DESC, chunk LIMIT ?)`,
  );
  const skip = db.prepare(
    `UPDATE chunks SET state = 'skipped', error = ? WHERE run_id = ? AND state IN ('waiting', 'available') AND attempt = 0`,
  );
  const free = db.prepare(
    `UPDATE chunks SET state = 'available', lease_until = NULL, forgiven = forgiven + 1
     WHERE run_id = ? AND state = 'leased' AND worker IN (SELECT value FROM json_each(?))`,
  );
  const abandon = db.prepare(
    `UPDATE chunks SET state = 'failed', lease_until = NULL, error = ?
     WHERE run_id = ? AND (state = 'leased' OR (state = 'available' AND attempt > 0))`,
  );
  const prioritize = db.prepare(
    `UPDATE chunks SET priority = ? WHERE run_id = ? AND state IN ('waiting', 'available')
     AND chunk IN (SELECT value FROM json_each(?))`,
  );
  const claim = db.prepare(claimOne(`SELECT chunk FROM chunks ${BY_STATE} WHERE run_id = ? AND ${READY}`));
  const claimWithLapsed = db.prepare(
    claimOne(`SELECT chunk FROM chunks WHERE run_id = ? AND ((${READY}) OR (${LAPSED}))`),
  );
  const lapsed = db.prepare(`SELECT EXISTS (SELECT 1 FROM chunks ${BY_STATE} WHERE run_id = ? AND ${LAPSED}) AS found`);
  const giveUp = db.prepare(
    `UPDATE chunks ${BY_STATE} SET state = 'failed', lease_until = NULL, error = ${lapsedLeaseSql("worker")}
     WHERE run_id = ? AND ${LAPSED} AND attempt - forgiven >= ?`,
  );
  const renew = db.prepare(`UPDATE chunks SET lease_until = ${NOW} + ? WHERE ${HELD}`);
  const finish = db.prepare(
    `UPDATE chunks SET state = 'finished', lease_until = NULL, segment = ?, segment_failed = ?, error = NULL WHERE ${HELD}`,
  );
  const fail = db.prepare(
    `UPDATE chunks SET state = CASE WHEN attempt - forgiven >= ? THEN 'failed' ELSE 'available' END, lease_until = NULL, not_before = ${NOW} + ?, error = ?
     WHERE ${HELD}`,
  );
  const counts = db.prepare(
    "SELECT state, count(*) AS chunks, sum(partitions) AS partitions, sum(segment_failed) AS failed FROM chunks WHERE run_id = ? GROUP BY state",
  );
  const select = db.prepare("SELECT * FROM chunks WHERE run_id = ? ORDER BY chunk");

  const commit = groupCommit(db);
  const count = (run: string, state: ChunkState) => (inState.get(run, state) as { n: number }).n;
  const any = (run: string, state: ChunkState) => (anyInState.get(run, state) as { found: number }).found === 1;
  const remove = db.prepare("DELETE FROM chunks WHERE run_id = ?");
  return {
    async enqueue(run, chunks, state = "available") {
      transact(db, () => {
        for (const { chunk, partitions, priority } of chunks) insert.run(run, chunk, partitions, priority, state);
      });
    },
    async feed(run, upTo) {
      const missing = upTo - count(run, "available");
      const released = missing > 0 && any(run, "waiting") ? release.run(run, run, missing).changes : 0;
      return {
        released,
        available: count(run, "available"),
        leased: count(run, "leased"),
        waiting: any(run, "waiting"),
      };
    },
    async skip(run, reason) {
      return skip.run(reason, run).changes;
    },
    async release(run, workers) {
      return free.run(run, JSON.stringify(workers)).changes;
    },
    async abandon(run, error) {
      return abandon.run(error, run).changes;
    },
    async prioritize(run, chunks, priority) {
      return prioritize.run(priority, run, JSON.stringify(chunks)).changes;
    },
    async claim(run, worker, { leaseMs, maxAttempts }) {
      // Asked before writing, because an update that changes nothing waits for the write lock all the same.
      const late = (lapsed.get(run) as { found: number }).found === 1;
      if (late) giveUp.run(run, maxAttempts);
      else if (!any(run, "available")) return undefined;
      const row = await commit(() => (late ? claimWithLapsed : claim).get(worker, leaseMs, run, run));
      const leased = row as { chunk: number; attempt: number } | undefined;
      return leased && { run, worker, chunk: leased.chunk, attempt: leased.attempt };
    },
    async renew(lease, leaseMs) {
      return renew.run(leaseMs, ...holder(lease)).changes === 1;
    },
    async finish(lease, segment) {
      const text = JSON.stringify(segment);
      return (await commit(() => finish.run(text, segment.failed, ...holder(lease)))).changes === 1;
    },
    async fail(lease, error, maxAttempts, retryAfterMs = 0) {
      return fail.run(maxAttempts, retryAfterMs, error, ...holder(lease)).changes === 1;
    },
    async ended(run) {
      return !(["waiting", "available", "leased"] as const).some((state) => any(run, state));
    },
    async counts(run) {
      return queueCounts(counts.all(run) as ChunkGroup[]);
    },
    async chunks(run) {
      return (select.all(run) as ChunkRow[]).map(fromRow);
    },
    async forget(run) {
      remove.run(run);
    },
  };
}

interface ChunkRow {
  chunk: number;
  partitions: number;
  priority: number;
  state: ChunkState;
  attempt: number;
  forgiven: number;
  worker: string | null;
  segment: string | null;
  error: string | null;
}

const holder = ({ run, chunk, attempt }: Lease) => [run, chunk, attempt] as const;

function fromRow(row: ChunkRow): ChunkRecord {
  const { chunk, partitions, priority, state, attempt, forgiven, worker, error } = row;
  const segment =
    row.segment === null ? null : unseal<SegmentInfo>(row.segment, damagedRow(`the segment of chunk ${row.chunk}`));
  return { chunk, partitions, priority, state, attempt, forgiven, worker, segment, error };
}
