import { zip } from "../../core/aligned.ts";
import type { SegmentInfo } from "../../core/artifact.ts";
import { firstRow } from "../../core/columns/first-row.ts";
import { type ChunkGroup, lapsedLeaseSql, queueCounts } from "../../core/queue-counts.ts";
import { type ChunkRecord, type ClaimOptions, type Lease, LONGEST_RETRY_MS, type Queue } from "../../ports/queue.ts";
import { batched } from "./batching.ts";
import type { Database } from "./database.ts";
import type { WorkSignal } from "./work-signal.ts";

/**
 * The time at which a statement began, on the database's clock. Unlike the time of evaluation, it can be compared by an
 * index.
 */
const NOW = "statement_timestamp()";
const READY = `state = 'available' AND (not_before <= ${NOW} OR not_before > ${NOW} + interval '${LONGEST_RETRY_MS} ms')`;
const LAPSED = `state = 'leased' AND lease_until <= ${NOW}`;
const HELD = `state = 'leased' AND lease_until > ${NOW}`;
const BEST = "ORDER BY priority DESC, chunk";

/** The number of ended runs that a process remembers to have announced. */
const MOST_ANNOUNCED = 1000;

/** A worker's request for a chunk. */
interface Ask extends ClaimOptions {
  readonly run: string;
  readonly worker: string;
}

/**
 * Returns leases as rows of PostgreSQL. Workers that ask at the same time skip each other's rows; every write under a lease
 * checks its attempt in the same statement.
 *
 * A claim is as durable as an end is: an attempt's number is also part of its segment's path, and must not be given
 * twice, not even when the server fails. What it costs is shared by all that a process asks for at the same time.
 */
export function postgresQueue(db: Database, signal: WorkSignal): Queue {
  const chunks = `${db.schema}.mm$chunks`;
  /** Runs whose end the other processes have been told of. */
  const announced = new Set<string>();

  const CLAIM = `WITH asked AS (
      SELECT * FROM unnest($2::text[], $3::float8[]) WITH ORDINALITY AS a (worker, lease_ms, i)
    ), given_up AS (
      UPDATE ${chunks} SET state = 'failed', lease_until = NULL,
        error = ${lapsedLeaseSql("worker")}
      WHERE run_id = $1 AND ${LAPSED} AND attempt - forgiven >= $4
    ), lapsed AS (
      SELECT chunk, priority FROM ${chunks} WHERE run_id = $1 AND ${LAPSED} AND attempt - forgiven < $4
      ${BEST} LIMIT cardinality($2) FOR UPDATE SKIP LOCKED
    ), available AS (
      SELECT chunk, priority FROM ${chunks} WHERE run_id = $1 AND ${READY}
      ${BEST} LIMIT cardinality($2) FOR UPDATE SKIP LOCKED
    ), best AS (
      SELECT chunk, row_number() OVER (${BEST}) AS i
      FROM (SELECT * FROM lapsed UNION ALL SELECT * FROM available) AS both_kinds
    )
    UPDATE ${chunks} AS c
    SET state = 'leased', attempt = attempt + 1, worker = a.worker,
      lease_until = ${NOW} + a.lease_ms * interval '1 ms'
    FROM best JOIN asked AS a USING (i) WHERE c.run_id = $1 AND c.chunk = best.chunk
    RETURNING a.i, c.chunk, c.attempt`;
  const FINISH = `UPDATE ${chunks} AS c
    SET state = 'finished', lease_until = NULL, segment = d.segment, segment_failed = d.failed, error = NULL
    FROM unnest($1::text[], $2::integer[], $3::integer[], $4::json[], $5::integer[]) WITH ORDINALITY
      AS d (run_id, chunk, attempt, segment, failed, i)
    WHERE c.run_id = d.run_id AND c.chunk = d.chunk AND c.attempt = d.attempt AND ${HELD} RETURNING d.i`;
  const FEED = `WITH free AS (
      SELECT count(*) AS n FROM ${chunks} WHERE run_id = $1 AND state = 'available'
    ), best AS (
      SELECT chunk FROM ${chunks} WHERE run_id = $1 AND state = 'waiting'
      ${BEST} LIMIT greatest(0, $2 - (SELECT n FROM free)) FOR UPDATE
    ), fed AS (
      UPDATE ${chunks} AS c SET state = 'available' FROM best WHERE c.run_id = $1 AND c.chunk = best.chunk
      AND c.state = 'waiting' RETURNING c.chunk
    ), released AS (SELECT count(*) AS n FROM fed)
    SELECT released.n AS released, free.n + released.n AS available,
      (SELECT count(*) FROM ${chunks} WHERE run_id = $1 AND state = 'leased') AS leased,
      EXISTS (SELECT FROM ${chunks} WHERE run_id = $1 AND state = 'waiting' OFFSET released.n) AS waiting
    FROM free, released`;

  /** Claims for workers that asked at the same time, of one run and with the same number of attempts. */
  const claimFor = async (asks: readonly Ask[]): Promise<(Lease | undefined)[]> => {
    const [{ run, maxAttempts }] = asks as [Ask];
    const workers = asks.map(({ worker }) => worker);
    const leaseMs = asks.map((ask) => ask.leaseMs);
    const { rows, again } = await db.run<{ i: number; chunk: number; attempt: number }>(CLAIM, [
      ...[run, workers, leaseMs, maxAttempts],
    ]);
    const leased = new Map(rows.map(({ i, chunk, attempt }) => [i - 1, { chunk, attempt }]));
    const leases = workers.map((worker, i): Lease | undefined => {
      const row = leased.get(i);
      return row && { run, worker, ...row };
    });
    if (again) await returnUnknown(run, workers, leases);
    return leases;
  };
  /** Returns chunks to the queue that a statement leased whose answer was lost. A worker that asks holds no chunk. */
  const returnUnknown = async (run: string, workers: readonly string[], leases: readonly (Lease | undefined)[]) => {
    const leasedChunks = leases.flatMap((lease) => lease?.chunk ?? []);
    await db.run(
      `UPDATE ${chunks} SET state = 'available', lease_until = NULL, forgiven = forgiven + 1
       WHERE run_id = $1 AND ${HELD} AND worker = ANY ($2::text[]) AND chunk <> ALL ($3::integer[])`,
      [run, workers, leasedChunks],
    );
  };
  const claim = batched<Ask, Lease | undefined>(async (asks) => {
    const alike = new Map<string, Ask[]>();
    for (const ask of asks) {
      const key = `${ask.maxAttempts} ${ask.run}`;
      alike.set(key, [...(alike.get(key) ?? []), ask]);
    }
    const leases = new Map<Ask, Lease | undefined>();
    for (const group of alike.values())
      for (const [ask, lease] of zip(group, await claimFor(group))) leases.set(ask, lease);
    return asks.map((ask) => leases.get(ask));
  });
  const finish = batched<{ lease: Lease; segment: SegmentInfo }, boolean>(async (ends) => {
    const column = <T>(of: (end: (typeof ends)[number]) => T) => ends.map(of);
    const { rows, again } = await db.run<{ i: number }>(FINISH, [
      column(({ lease }) => lease.run),
      column(({ lease }) => lease.chunk),
      column(({ lease }) => lease.attempt),
      column(({ segment }) => JSON.stringify(segment)),
      column(({ segment }) => segment.failed),
    ]);
    const won = new Set(rows.map(({ i }) => i - 1));
    return Promise.all(ends.map(async (end, i) => won.has(i) || (again && (await wasFinished(end)))));
  });
  /** Tells whether this very end was recorded by a statement whose answer was lost. */
  const wasFinished = async ({ lease, segment }: { lease: Lease; segment: SegmentInfo }) => {
    const { rows } = await db.run<{ segment: string }>(
      `SELECT segment FROM ${chunks} WHERE run_id = $1 AND chunk = $2 AND attempt = $3 AND state = 'finished'`,
      holder(lease),
    );
    return rows[0]?.segment === JSON.stringify(segment);
  };
  const change = async (text: string, values: readonly unknown[]) => (await db.run(text, values)).count;

  return {
    async enqueue(run, added, state = "available") {
      await db.run(
        `INSERT INTO ${chunks} (run_id, chunk, partitions, priority, state)
         SELECT $1, chunk, partitions, priority, $5 FROM unnest($2::integer[], $3::integer[], $4::integer[])
           AS a (chunk, partitions, priority) ON CONFLICT DO NOTHING`,
        [run, added.map((c) => c.chunk), added.map((c) => c.partitions), added.map((c) => c.priority), state],
      );
      announced.delete(run);
      await signal.tell(run);
    },
    async feed(run, upTo) {
      const { rows } = await db.run<{ released: number; available: number; leased: number; waiting: boolean }>(FEED, [
        ...[run, upTo],
      ]);
      const fed = firstRow(rows, FEED);
      if (fed.released > 0) await signal.tell(run);
      return fed;
    },
    async skip(run, reason) {
      const sql = `UPDATE ${chunks} SET state = 'skipped', error = $2
        WHERE run_id = $1 AND state IN ('waiting', 'available') AND attempt = 0`;
      return change(sql, [run, reason]);
    },
    async release(run, workers) {
      const sql = `UPDATE ${chunks} SET state = 'available', lease_until = NULL, forgiven = forgiven + 1
        WHERE run_id = $1 AND state = 'leased' AND worker = ANY ($2::text[])`;
      const released = await change(sql, [run, workers]);
      if (released > 0) await signal.tell(run);
      return released;
    },
    async abandon(run, error) {
      const sql = `UPDATE ${chunks} SET state = 'failed', lease_until = NULL, error = $2
        WHERE run_id = $1 AND (state = 'leased' OR (state = 'available' AND attempt > 0))`;
      return change(sql, [run, error]);
    },
    async prioritize(run, some, priority) {
      const sql = `UPDATE ${chunks} SET priority = $2
        WHERE run_id = $1 AND state IN ('waiting', 'available') AND chunk = ANY ($3::integer[])`;
      return change(sql, [run, priority, some]);
    },
    claim: (run, worker, options) => claim({ run, worker, ...options }),
    async renew(lease, leaseMs) {
      const sql = `UPDATE ${chunks} SET lease_until = ${NOW} + $4::float8 * interval '1 ms'
        WHERE run_id = $1 AND chunk = $2 AND attempt = $3 AND ${HELD}`;
      return (await change(sql, [...holder(lease), leaseMs])) === 1;
    },
    finish: (lease, segment) => finish({ lease, segment }),
    async fail(lease, error, maxAttempts, retryAfterMs = 0) {
      const { count, again } = await db.run(
        `UPDATE ${chunks} SET state = CASE WHEN attempt - forgiven >= $4 THEN 'failed' ELSE 'available' END,
           lease_until = NULL, not_before = ${NOW} + $5::float8 * interval '1 ms', error = $6
         WHERE run_id = $1 AND chunk = $2 AND attempt = $3 AND ${HELD}`,
        [...holder(lease), maxAttempts, retryAfterMs, error],
      );
      const failed =
        count === 1 ||
        (again &&
          (await change(
            `SELECT FROM ${chunks} WHERE run_id = $1 AND chunk = $2 AND attempt = $3 AND error = $4
             AND state IN ('available', 'failed')`,
            [...holder(lease), error],
          )) === 1);
      if (failed) setTimeout(() => void signal.tell(lease.run).catch(() => {}), retryAfterMs).unref();
      return failed;
    },
    async ended(run) {
      const sql = `SELECT NOT EXISTS (SELECT FROM ${chunks} WHERE run_id = $1 AND state = 'available')
           AND NOT EXISTS (SELECT FROM ${chunks} WHERE run_id = $1 AND state = 'leased')
           AND NOT EXISTS (SELECT FROM ${chunks} WHERE run_id = $1 AND state = 'waiting') AS ended`;
      const { rows } = await db.run<{ ended: boolean }>(sql, [run]);
      const { ended } = firstRow(rows, sql);
      if (ended && !announced.has(run)) {
        // A notice that is repeated wakes workers once too often; nothing else.
        if (announced.size === MOST_ANNOUNCED) announced.clear();
        announced.add(run);
        await signal.tell(run);
      }
      return ended;
    },
    async counts(run) {
      const { rows } = await db.run<ChunkGroup>(
        `SELECT state, count(*) AS chunks, sum(partitions) AS partitions, sum(segment_failed) AS failed
         FROM ${chunks} WHERE run_id = $1 GROUP BY state`,
        [run],
      );
      return queueCounts(rows);
    },
    async chunks(run) {
      const { rows } = await db.run<Omit<ChunkRecord, "segment"> & { segment: string | null }>(
        `SELECT chunk, partitions, priority, state, attempt, forgiven, worker, segment, error
         FROM ${chunks} WHERE run_id = $1 ORDER BY chunk`,
        [run],
      );
      return rows.map((row) => ({ ...row, segment: row.segment === null ? null : JSON.parse(row.segment) }));
    },
    async forget(run) {
      await db.run(`DELETE FROM ${chunks} WHERE run_id = $1`, [run]);
      announced.delete(run);
    },
    awaitWork: (run, ended) => signal.wait(run, ended),
  };
}

const holder = ({ run, chunk, attempt }: Lease) => [run, chunk, attempt] as const;
