import type { SegmentInfo } from "../core/artifact.ts";
import { messageOf } from "../core/errors.ts";
import type { DataQuery } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Engine } from "../ports/engine.ts";
import { LEASE_MS } from "../runs/progress.ts";

/** One thing that was tried. */
export interface CheckItem {
  readonly name: string;
  readonly ok: boolean;
  /** True if nothing can be done without it. */
  readonly needed: boolean;
  /** The result of the check, or the error. */
  readonly detail: string;
  /** The remedy for a failed check. */
  readonly advice?: string;
  /** The measurements, by unit. */
  readonly measured?: Readonly<Record<string, number>>;
}

/** Options of `checkEngine`. */
export interface CheckOptions {
  /** An id that nothing else has. */
  readonly id: string;
  readonly now: () => number;
  /** The configured source, if there is one: it is read where no run has pinned it. */
  readonly source?: DataQuery;
}

type Found = Omit<CheckItem, "name" | "needed" | "ok"> & { readonly ok?: boolean };

const MB = 1_000_000;
const LARGE_BYTES = 8 * MB;
const SMALL_FILES = 20;
const CHUNKS = 400;
const CLAIMERS = 8;
const ROWS_TO_READ = 1_000_000;
/** Clocks further apart than this make the times of runs misleading; nothing else depends on them. */
const CLOCKS_APART_MS = 2000;

/**
 * Tries everything that an engine is asked for, and measures it: what it is, what it may do, its clock beside this
 * machine's, the stage, the queue, the catalog, the roster, and reading data. Leaves nothing behind.
 */
export async function checkEngine(engine: Engine, { id, now, source }: CheckOptions): Promise<CheckItem[]> {
  const items: CheckItem[] = [];
  const tryTo = async (name: string, needed: boolean, advice: string, work: () => Promise<Found>) => {
    try {
      const { ok = true, ...found } = await work();
      items.push({ name, ok, needed, ...found });
    } catch (error) {
      items.push({ name, ok: false, needed, detail: messageOf(error, 300), advice });
    }
  };
  const facts = engine.describe?.bind(engine);
  if (facts !== undefined) {
    await tryTo("versions", true, "see what the engine needs in its documentation", async () => {
      const { versions } = await facts();
      const named = Object.entries(versions).map(([component, version]) => `${component} ${version}`);
      return { detail: [`engine ${engine.address.engine}`, ...named].join(", ") };
    });
    await tryTo("privileges", true, "ask whoever runs the database", async () => {
      const { privileges, features = [] } = await facts();
      for (const { what, granted, advice } of privileges) {
        const detail = `${what}: ${granted ? "granted" : "missing"}`;
        items.push({ name: "privilege", ok: granted, needed: true, detail, ...(!granted && { advice }) });
      }
      items.push(...features.map((feature) => ({ needed: true, ...feature })));
      const lacking = privileges.filter(({ granted }) => !granted).length;
      if (lacking === 0) return { detail: "everything that is needed" };
      return { ok: false, detail: `${lacking} of ${privileges.length} are missing`, advice: "ask for those above" };
    });
    await tryTo("clock", false, "set both clocks by NTP", async () => {
      const before = now();
      const { clock } = await facts();
      const apart = clock - (before + now()) / 2;
      const ok = Math.abs(apart) < CLOCKS_APART_MS;
      const detail = `the database's is ${Math.abs(apart).toFixed(0)} ms ${apart < 0 ? "behind" : "ahead"}`;
      return { ok, detail, measured: { differenceMs: apart }, ...(!ok && { advice: "set both clocks by NTP" }) };
    });
  }
  const mayWrite = "see that the stage is there and may be written (its directory, or the bucket's policy)";
  await tryTo("stage", true, mayWrite, () => checkStage(engine, id));
  await tryTo("catalog", true, "see that the database may be written", () => checkCatalog(engine, id));
  await tryTo("queue", true, "see that the database may be written", () => checkQueue(engine, id));
  await tryTo("roster", true, "see that the database may be written", async () => {
    const name = `check-${id}`;
    await engine.roster.join({ name, run: null }, 10_000);
    const alive = (await engine.roster.alive()).length;
    await engine.roster.leave(name);
    return { detail: `${alive - 1} workers are alive` };
  });
  await tryTo("tables", true, "see that the source exists and may be read", () => checkTables(engine, source));
  return items;
}

async function checkStage({ stage }: Engine, id: string): Promise<Found> {
  const folder = `checks/${id}/`;
  const bytes = Uint8Array.from({ length: LARGE_BYTES }, (_, i) => (i * 2_654_435_761) >>> 24);
  try {
    const putMs = await timed(() => stage.put(`${folder}large`, bytes));
    const getMs = await timed(async () => {
      const got = await stage.get(`${folder}large`);
      if (!Buffer.from(got).equals(bytes)) throw new Error("the stage returned other bytes than were written");
    });
    const smallMs = await timed(async () => {
      for (let i = 0; i < SMALL_FILES; i++) await stage.put(`${folder}small-${i}`, bytes.subarray(0, 1000));
    });
    const listed = (await stage.list(folder)).length;
    if (listed !== SMALL_FILES + 1) throw new Error(`the stage lists ${listed} of ${SMALL_FILES + 1} files`);
    const rate = (ms: number) => LARGE_BYTES / 1000 / ms;
    const [put, get] = [rate(putMs), rate(getMs)];
    return {
      detail: `writes ${put.toFixed(0)} MB/s, reads ${get.toFixed(0)} MB/s, a small file in ${(smallMs / SMALL_FILES).toFixed(1)} ms`,
      measured: { putMegabytesPerSecond: put, getMegabytesPerSecond: get, smallPutMs: smallMs / SMALL_FILES },
    };
  } finally {
    await stage.remove(folder);
  }
}

async function checkCatalog({ catalog }: Engine, id: string): Promise<Found> {
  const run = `check-${id}`;
  await catalog.createRun(run, new Date(0).toISOString());
  const moved = await catalog.moveRun(run, "failed", { error: "a check" });
  await catalog.removeRun(run);
  if (!moved) throw new Error("the catalog did not move a run to another state");
  return { detail: `${(await catalog.runs()).length} runs` };
}

async function checkQueue({ queue }: Engine, id: string): Promise<Found> {
  const run = `check-${id}`;
  try {
    const chunks = Array.from({ length: CHUNKS }, (_, i) => ({ chunk: i + 1, partitions: 1, priority: 0 }));
    await queue.enqueue(run, chunks);
    const options = { leaseMs: LEASE_MS, maxAttempts: 1 };
    const work = async (worker: string) => {
      for (;;) {
        const lease = await queue.claim(run, worker, options);
        if (lease === undefined) return;
        const { chunk, attempt } = lease;
        const counts = { rows: 1, bytes: 0, succeeded: 1, failed: 0 };
        const path = stagePath.segment(run, chunk, attempt);
        const segment: SegmentInfo = { path, chunk, attempt, sha256: "", ...counts };
        if (!(await queue.finish(lease, segment))) throw new Error("a new lease was lost at once");
      }
    };
    const workers = Array.from({ length: CLAIMERS }, (_, i) => work(`check-${id}-${i}`));
    const ms = await timed(() => Promise.all(workers));
    const { finished } = (await queue.counts(run)).chunks;
    if (finished !== CHUNKS) throw new Error(`${finished} of ${CHUNKS} chunks were finished`);
    const perSecond = (1000 * CHUNKS) / ms;
    const detail = `${perSecond.toFixed(0)} chunks claimed and finished a second by ${CLAIMERS} at once in this process`;
    return { detail, measured: { chunksPerSecond: perSecond } };
  } finally {
    await queue.forget(run);
  }
}

/** Reads the data of the newest run, or of the configured source. */
async function checkTables({ catalog, source, tables, leftovers }: Engine, query?: DataQuery): Promise<Found> {
  const count = (await tables.list()).length;
  const pinned = new Set((await leftovers.stored()).flatMap(({ kind, id }) => (kind === "snapshot" ? [id] : [])));
  const existing = (await catalog.runs())
    .map(({ manifest }) => manifest?.snapshot)
    .find((one) => one && pinned.has(one.id));
  const snapshot = existing ?? (query === undefined ? undefined : await source.snapshot(query));
  if (snapshot === undefined || snapshot.rows === 0) return { detail: `${count} tables; no data to read yet` };
  const share = Math.min(1, ROWS_TO_READ / snapshot.rows);
  const partitions = Math.max(1, Math.floor(share * snapshot.partitions));
  const ordinals = Array.from({ length: partitions }, (_, i) => i);
  let rows = 0;
  const ms = await timed(async () => {
    rows = (await source.read(snapshot, ordinals)).batch.length;
  });
  const perSecond = (1000 * rows) / ms;
  const detail = `${count} tables; ${rows} rows of ${snapshot.query.table} read, ${perSecond.toFixed(0)} a second`;
  return { detail, measured: { rowsPerSecond: perSecond } };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
