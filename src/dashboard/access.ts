import { ACCESS, type AccessMatrix } from "../serving/access.ts";

/** The least role for each route of the dashboard: to look, a viewer; to change the registry, what `manymodel serve` asks. */
export const DASHBOARD_ACCESS = {
  ...ACCESS,
  "POST /v1/commands": "operator",
  "POST /v1/commands/cancel/{run}": "operator",
  "GET /api/logs": "operator",
  "GET /api/logs/{log}": "operator",
  "GET /api/planned/{model}": "viewer",
  "GET /api/session": "viewer",
  "GET /api/runs": "viewer",
  "GET /api/runs/{run}": "viewer",
  "GET /api/runs/{run}/failures": "viewer",
  "GET /api/runs/{run}/partitions": "viewer",
  "GET /api/runs/{run}/rows": "viewer",
  "GET /api/runs/{run}/rows.csv": "viewer",
  "GET /api/runs/{run}/pictures": "viewer",
  "GET /api/runs/{run}/series": "viewer",
  "GET /api/runs/{run}/holdout": "viewer",
  "GET /api/runs/{run}/accuracy": "viewer",
  "GET /api/runs/{run}/groups": "viewer",
  "GET /api/night": "viewer",
  "GET /api/totals": "viewer",
  "GET /api/hierarchy": "viewer",
  "GET /api/live": "viewer",
  "GET /api/live/{run}": "viewer",
  "GET /api/compare": "viewer",
  "GET /api/monitor": "viewer",
  "GET /api/monitor/partitions": "viewer",
  "GET /api/monitor/partitions.csv": "viewer",
  "GET /api/monitor/readings": "viewer",
  "GET /api/models": "viewer",
  "GET /api/models/{model}": "viewer",
  "GET /api/models/{model}/diff": "viewer",
} as const satisfies AccessMatrix;

/** The least roles for changes that the page offers: to those who may make them. */
export const MOVES_ALIASES = DASHBOARD_ACCESS["POST /v1/aliases/{model}/{alias}"];
export const OVERRIDES = DASHBOARD_ACCESS["POST /v1/overrides/{model}"];
export const STARTS_COMMANDS = DASHBOARD_ACCESS["POST /v1/commands"];
