import { randomBytes } from "node:crypto";
import { type CheckItem, checkEngine } from "../../check/check-engine.ts";
import { dataQuery, type Workspace } from "../workspace.ts";

/** Checks the engine of a workspace, and its source where one is configured. */
export function checkWorkspace(workspace: Workspace): Promise<CheckItem[]> {
  const source = workspace.config.source === undefined ? {} : { source: dataQuery(workspace) };
  return checkEngine(workspace.engine, { id: randomBytes(4).toString("hex"), now: Date.now, ...source });
}
