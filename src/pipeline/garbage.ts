import type { ModelIndex } from "../core/artifact.ts";
import { ManymodelError, messageOf } from "../core/errors.ts";
import { type RunRecord, snapshotIds } from "../core/run.ts";
import type { Engine } from "../ports/engine.ts";
import type { StoredItem } from "../ports/leftovers.ts";
import type { RunObject } from "../ports/run-objects.ts";
import { readIndex } from "../runs/read-index.ts";
import { strayStates } from "../runs/sensor-states.ts";

/** Stored data that nothing refers to. */
export type Garbage =
  /** Not garbage: a run whose index cannot be read, so that nobody knows which of its files count. */
  | { readonly what: "unreadable"; readonly run: string; readonly why: string }
  | { readonly what: "attempt"; readonly path: string; readonly why: string }
  | { readonly what: "sensors"; readonly path: string; readonly why: string }
  | { readonly what: "run"; readonly path: string; readonly why: string }
  | { readonly what: RunObject["kind"]; readonly object: RunObject; readonly why: string }
  | { readonly what: StoredItem["kind"]; readonly item: StoredItem; readonly why: string };

/** Runs in these states may be gone on with: nothing of theirs is garbage. */
const OPEN = ["planning", "running", "finalizing"];

/**
 * Finds what no run in progress, version or alias refers to: attempts at chunks that another attempt completed, runs
 * that could not be planned, what is left of deleted ones, states of sensors of removed versions, tasks and services of runs that have ended, functions while no
 * run is in progress, snapshots that neither a run in progress nor a registered run was trained on, parts of
 * tables that nobody published, and temporary files. The last three count only once they are older than `olderThanMs`:
 * somebody may be writing right now.
 */
export async function findGarbage(engine: Engine, olderThanMs: number): Promise<Garbage[]> {
  const { catalog, stage, leftovers } = engine;
  const runs = await catalog.runs();
  const garbage: Garbage[] = [];
  for (const run of runs) {
    if (run.state === "failed") {
      if ((await stage.list(`runs/${run.runId}/`)).length > 0)
        garbage.push({ what: "run", path: `runs/${run.runId}/`, why: `it could not be planned: ${run.error}` });
      continue;
    }
    if (run.state !== "completed" || run.index === null) continue;
    const index = await readIndex(stage, run.index, `run ${run.runId} was completed`).catch(asProblem);
    if (typeof index === "string") {
      garbage.push({ what: "unreadable", run: run.runId, why: index });
      continue;
    }
    for (const path of await strayAttempts(engine, run, index))
      garbage.push({ what: "attempt", path, why: "another attempt at its chunk was committed" });
  }
  garbage.push(...(await strayObjects(engine, runs)), ...(await leftOfDeleted(engine, runs)));
  for (const path of await strayStates(stage, await engine.versions.list()))
    garbage.push({ what: "sensors", path, why: "the version whose sensors these are was removed" });
  const needed = await neededSnapshots(engine, runs);
  for (const item of await leftovers.stored()) {
    if (item.ageMs < olderThanMs) continue;
    if (item.kind === "part") garbage.push({ what: "part", item, why: "it was never published" });
    else if (item.kind === "temporary")
      garbage.push({ what: "temporary", item, why: "its process ended before it was done" });
    else if (!needed.has(item.id))
      garbage.push({ what: "snapshot", item, why: "no run in progress and no registered run was trained on it" });
  }
  return garbage;
}

/** Turns an error of reading into a finding. @throws anything else */
function asProblem(error: unknown): string {
  if (error instanceof ManymodelError && (error.kind === "corrupt" || error.kind === "not-found"))
    return messageOf(error);
  throw error;
}

/** Deletes garbage. */
export async function collectGarbage(
  { stage, leftovers, objects }: Engine,
  garbage: readonly Garbage[],
): Promise<void> {
  await objects?.remove(garbage.flatMap((entry) => ("object" in entry ? [entry.object] : [])));
  for (const entry of garbage)
    if ("path" in entry) await stage.remove(entry.path);
    else if ("item" in entry) await leftovers.erase([entry.item]);
}

/** Finds the objects of runs that are over; objects that any run may need count once none is in progress. */
async function strayObjects({ objects }: Engine, runs: readonly RunRecord[]): Promise<Garbage[]> {
  const open = new Set(runs.filter(({ state }) => OPEN.includes(state)).map(({ runId }) => runId));
  return ((await objects?.list()) ?? []).flatMap((object): Garbage[] => {
    const { kind: category, run } = object;
    if (run === null) return open.size === 0 ? [{ what: category, object, why: "no run is in progress" }] : [];
    return open.has(run) ? [] : [{ what: category, object, why: `run ${run} is not in progress` }];
  });
}

/** Returns artifacts of runs that were deleted by a process that did not come to the end, unless a version was made of them since. */
async function leftOfDeleted({ versions, stage }: Engine, runs: readonly RunRecord[]): Promise<Garbage[]> {
  const ids = new Set(runs.map(({ runId }) => runId));
  const deleted = (await versions.audit({ limit: NOTES }))
    .filter(({ action }) => action === "delete-run")
    .map(({ details }) => String(details.run));
  const left: string[] = [];
  for (const run of new Set(deleted))
    if (!ids.has(run) && (await stage.list(`runs/${run}/`)).length > 0) left.push(run);
  if (left.length === 0) return [];
  for (const { model, version, index } of await versions.list()) {
    const contents = await readIndex(stage, index, `${model} ${version} was registered`).catch(asProblem);
    // Nobody knows what the version needs.
    if (typeof contents === "string") return [];
    for (const { runId } of contents.sources) ids.add(runId);
  }
  return left
    .filter((run) => !ids.has(run))
    .map((run) => ({ what: "run", path: `runs/${run}/`, why: "the run was deleted" }));
}

/** Entries of the audit log that are looked at. */
const NOTES = 10_000;

/** Returns the folders of attempts that the run's index does not list. */
async function strayAttempts({ stage }: Engine, { runId }: RunRecord, { segments }: ModelIndex): Promise<string[]> {
  // Only what is named as an attempt is one: whatever else somebody put there is not ours to delete.
  const folder = (path: string) => /^runs\/[^/]+\/chunks\/\d{4,}\/\d+\//.exec(path)?.[0];
  const committed = new Set(segments.map(({ path }) => folder(path)));
  const files = await stage.list(`runs/${runId}/chunks/`);
  const attempts = new Set(files.map(folder).filter((attempt) => attempt !== undefined));
  return [...attempts].filter((attempt) => !committed.has(attempt));
}

async function neededSnapshots({ versions }: Engine, runs: readonly RunRecord[]): Promise<Set<string>> {
  const registered = new Set((await versions.list()).map(({ runId }) => runId));
  const needed = runs.filter(({ runId, state }) => OPEN.includes(state) || registered.has(runId));
  return new Set(needed.flatMap(({ manifest }) => (manifest === null ? [] : snapshotIds(manifest.snapshot))));
}
