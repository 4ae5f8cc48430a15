import { catalogContract } from "./catalog.ts";
import type { Harness, OpenEngine } from "./harness.ts";
import { leftoversContract } from "./leftovers.ts";
import { outputContract } from "./output.ts";
import { queueContract } from "./queue.ts";
import { rosterContract } from "./roster.ts";
import { runViewsContract } from "./run-views.ts";
import { sourceContract } from "./source.ts";
import { stageContract } from "./stage.ts";
import { type TablesLimits, tablesContract } from "./tables.ts";
import { versionsContract } from "./versions.ts";
import { type WorkersLimits, workersContract } from "./workers.ts";

/** Tests all ports that every engine has. */
export function engineContract(
  harness: Harness,
  open: OpenEngine,
  limits: { readonly tables?: TablesLimits; readonly workers?: WorkersLimits } = {},
): void {
  stageContract(harness, open);
  queueContract(harness, open);
  rosterContract(harness, open);
  catalogContract(harness, open);
  versionsContract(harness, open);
  sourceContract(harness, open);
  outputContract(harness, open);
  tablesContract(harness, open, limits.tables);
  if (limits.tables?.noSql === undefined) runViewsContract(harness, open);
  leftoversContract(harness, open);
  workersContract(harness, open, limits.workers);
}
