/** The roles, in one place: a role may do everything listed for it and for the roles before it. */
export const ROLES = ["viewer", "operator", "admin"] as const;
/** A role of a token: what its holder may do. */
export type Role = (typeof ROLES)[number];

/** The caller of a request. A name of null means the user of this machine, where no token is needed. */
export interface Caller {
  readonly name: string | null;
  readonly role: Role;
}

/** The least role for each route, as `METHOD path`; `anyone` needs no token. What is not listed is refused. */
export type AccessMatrix = Readonly<Record<string, Role | "anyone">>;

/** The authorisation matrix of `manymodel serve`. */
export const ACCESS = {
  "GET /healthz": "anyone",
  "GET /readyz": "anyone",
  "GET /metrics": "viewer",
  "GET /openapi.json": "viewer",
  "GET /v1/models": "viewer",
  "GET /v1/models/{model}": "viewer",
  "GET /v1/models/{model}/{version}": "viewer",
  "GET /v1/models/{model}/{version}/partitions": "viewer",
  "GET /v1/models/{model}/{version}/partitions/{partition}": "viewer",
  "POST /v1/models/{model}/{version}/predict": "viewer",
  "POST /v1/models/{model}/{version}/readings": "operator",
  "GET /v1/aliases": "viewer",
  "GET /v1/audit": "operator",
  "GET /v1/overrides/{model}": "viewer",
  "POST /v1/overrides/{model}": "operator",
  "POST /v1/overrides/{model}/remove": "operator",
  "GET /v1/notes/{model}": "viewer",
  "POST /v1/notes/{model}": "operator",
  "DELETE /v1/notes/{model}/{note}": "operator",
  "POST /v1/aliases/{model}/{alias}": "operator",
  "POST /v1/aliases/{model}/{alias}/rollback": "operator",
  "DELETE /v1/models/{model}/{version}": "admin",
} as const satisfies AccessMatrix;

/** Tells whether a role may do a thing for which `least` is needed. */
export function mayDo(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}
