/**
 * Shows a workspace in a browser, as `manymodel ui` does.
 *
 * @module
 */
export type { Listening } from "../serving/listen.ts";
export { type DashboardOptions, startDashboard } from "./server.ts";
