import type { ManyModel } from "../api/connect.ts";
import { ManymodelError } from "../core/errors.ts";

/** The run that is meant where none is named: the newest that is completed. @throws {ManymodelError} `not-found` if there is none */
export async function newestRun({ engine }: ManyModel): Promise<string> {
  const newest = (await engine.catalog.runs()).find(({ state }) => state === "completed");
  if (newest === undefined) throw new ManymodelError("not-found", "there is no completed run yet: manymodel train");
  return newest.runId;
}
