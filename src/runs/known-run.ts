import { ManymodelError, show } from "../core/errors.ts";
import type { RunRecord } from "../core/run.ts";
import type { Catalog } from "../ports/catalog.ts";

/**
 * Returns a run that there is, in whatever state. @throws {ManymodelError} `not-found` if there is no run of that id
 */
export async function knownRun(catalog: Catalog, runId: string): Promise<RunRecord> {
  const run = await catalog.run(runId);
  if (run === undefined)
    throw new ManymodelError("not-found", `there is no run ${show(runId)}; "manymodel status" lists the runs`);
  return run;
}
