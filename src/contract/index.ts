/**
 * The suites that every engine passes: one per port, for any test framework with `describe` and `it`.
 *
 * @module
 */
export { catalogContract } from "./catalog.ts";
export { engineContract } from "./engine.ts";
export type { Harness, OpenEngine } from "./harness.ts";
export { leftoversContract } from "./leftovers.ts";
export { outputContract } from "./output.ts";
export { queueContract } from "./queue.ts";
export { rosterContract } from "./roster.ts";
export { runViewsContract } from "./run-views.ts";
export { sourceContract } from "./source.ts";
export { stageContract } from "./stage.ts";
export { tableFunctionsContract } from "./table-functions.ts";
export { type TablesLimits, tablesContract } from "./tables.ts";
export { versionsContract } from "./versions.ts";
export { type WorkersLimits, workersContract } from "./workers.ts";
