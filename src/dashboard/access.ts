import { ACCESS, type AccessMatrix } from "../serving/access.ts";

/** The least role for each route of the dashboard: to look, a viewer; to change the registry, what `manymodel serve` asks. */
export const DASHBOARD_ACCESS: AccessMatrix = {
  ...ACCESS,
  "POST /v1/commands": "operator",
  "POST /v1/commands/cancel/{run}": "operator",
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
  "GET /api/live": "viewer",
  "GET /api/live/{run}": "viewer",
  "GET /api/compare": "viewer",
  "GET /api/monitor": "viewer",
  "GET /api/monitor/partitions": "viewer",
  "GET /api/monitor/readings": "viewer",
  "GET /api/models": "viewer",
  "GET /api/models/{model}": "viewer",
  "GET /api/models/{model}/diff": "viewer",
};

/** Points an alias at a version; the page offers it to those who may. */
export const MOVES_ALIASES = ACCESS["POST /v1/aliases/{model}/{alias}"];
