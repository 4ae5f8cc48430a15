import { nameParts } from "./literal.ts";
import type { Needed } from "./needed.ts";
import type { Session } from "./session.ts";
import type { accountStatements } from "./sql/account.ts";

/** A privilege that a role has. */
interface Grant {
  readonly privilege: string;
  readonly on: string;
  readonly name: readonly string[];
}

/** More grants than a role is shown at a time. */
const ALL = 10_000;

/** Returns the grants of a role, its own and those of the roles that were granted to it. */
export async function grantsOf(
  session: Session,
  sql: ReturnType<typeof accountStatements>,
  role: string,
): Promise<(needed: Needed) => boolean> {
  const grants: Grant[] = [];
  const roles = [role, "PUBLIC"];
  // Roles are appended while they are gone through; each is asked once.
  for (const one of roles) {
    // A role that this one may not look at is not one whose privileges it has.
    const records = await session.records(sql.grants(one), ALL).catch(() => []);
    for (const { privilege, granted_on: on, name } of records) {
      const grant = {
        privilege: String(privilege),
        on: String(on).replaceAll("_", " "),
        name: nameParts(String(name)),
      };
      const [granted] = grant.name;
      if (grant.on !== "ROLE") grants.push(grant);
      else if (granted !== undefined && grant.privilege === "USAGE" && !roles.includes(granted)) roles.push(granted);
    }
  }
  return (needed) =>
    grants.some(
      ({ privilege, on, name }) =>
        on === needed.on &&
        (privilege === needed.privilege || privilege === "OWNERSHIP") &&
        (needed.name.length === 0 || name.join("\0") === needed.name.join("\0")),
    );
}
