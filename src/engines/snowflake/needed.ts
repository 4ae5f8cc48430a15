import type { SnowflakeAddress } from "../../core/snowflake-address.ts";
import { identifier, nameParts } from "./literal.ts";
import { imageRepository } from "./sql/account.ts";

/** A privilege that a role needs on an object; its name in parts, none for the account. */
export interface Needed {
  readonly privilege: string;
  readonly on: "ACCOUNT" | "COMPUTE POOL" | "DATABASE" | "IMAGE REPOSITORY" | "SCHEMA" | "STAGE" | "TAG" | "WAREHOUSE";
  readonly name: readonly string[];
}

/**
 * Lists the privileges that a role needs, and nothing more. `isSetUp`: true if the schema exists; its owner may do
 * everything in it.
 */
export function neededPrivileges(address: SnowflakeAddress, isSetUp: boolean): Needed[] {
  const { database, schema, stage, warehouse, inference, hybridTables, compute, scoring } = address;
  const service = address.service ?? address.containers;
  const needed = new Map<string, Needed>();
  const need = (on: Needed["on"], name: readonly string[], ...privileges: readonly string[]) => {
    for (const privilege of privileges) needed.set(JSON.stringify([privilege, on, name]), { privilege, on, name });
  };
  need("DATABASE", [database], "USAGE");
  if (warehouse !== undefined) need("WAREHOUSE", [warehouse], "USAGE");
  if (!isSetUp) need("DATABASE", [database], "CREATE SCHEMA");
  else {
    need("SCHEMA", [database, schema], "USAGE", "CREATE TABLE", "CREATE VIEW", "CREATE STAGE");
    need("STAGE", [database, schema, stage], "READ", "WRITE");
    if (hybridTables) need("SCHEMA", [database, schema], "CREATE HYBRID TABLE");
    if (compute === "warehouse" || scoring === "warehouse" || scoring === "auto")
      need("SCHEMA", [database, schema], "CREATE FUNCTION");
    if (service !== undefined) need("SCHEMA", [database, schema], "CREATE SERVICE", "CREATE TASK");
    if (address.modelRegistry) need("SCHEMA", [database, schema], "CREATE MODEL", "CREATE PROCEDURE");
    if (inference !== undefined) need("SCHEMA", [database, schema], "CREATE SERVICE");
  }
  if (address.serveRoles !== undefined) need("ACCOUNT", [], "BIND SERVICE ENDPOINT");
  for (const tag of Object.keys(address.tags ?? {})) need("TAG", nameParts(tag), "APPLY");
  if (inference !== undefined) need("COMPUTE POOL", [inference.computePool], "USAGE", "MONITOR");
  if (service !== undefined) {
    need("COMPUTE POOL", [service.computePool], "USAGE", "MONITOR");
    need("ACCOUNT", [], "EXECUTE TASK", "EXECUTE MANAGED TASK");
    const repository = imageRepository(service.image);
    if (repository !== undefined) need("IMAGE REPOSITORY", repository.name, "READ");
  }
  return [...needed.values()];
}

/** Writes the statement by which an administrator grants a privilege. */
export function grantStatement({ privilege, on, name }: Needed, role: string): string {
  const object = [on, ...(name.length === 0 ? [] : [name.map(identifier).join(".")])].join(" ");
  return `GRANT ${privilege} ON ${object} TO ROLE ${identifier(role)}`;
}
