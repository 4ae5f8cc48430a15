import type { Needed } from "./needed.ts";
import type { Session } from "./session.ts";
import type { accountStatements } from "./sql/account.ts";

/** A privilege that a role has. */
interface Grant {
  readonly privilege: string;
  readonly on: string;
  readonly name: string;
}

/** More grants than a role is shown at a time. */
const ALL = 10_000;

/** What a role has been granted, itself and by the roles that were granted to it. */
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
    const shown = await session.table(sql.grants(one), ALL).catch(() => ({ columns: [], rows: [] }));
    const at = (name: string) => shown.columns.indexOf(name as never);
    const [privilege, on, name] = [at("privilege"), at("granted_on"), at("name")];
    for (const row of shown.rows) {
      const grant = {
        privilege: String(row[privilege]),
        on: String(row[on]).replaceAll("_", " "),
        name: String(row[name]),
      };
      if (grant.on !== "ROLE") grants.push(grant);
      else if (grant.privilege === "USAGE" && !roles.includes(parts(grant.name)[0]!)) roles.push(parts(grant.name)[0]!);
    }
  }
  return (needed) =>
    grants.some(
      ({ privilege, on, name }) =>
        on === needed.on &&
        (privilege === needed.privilege || privilege === "OWNERSHIP") &&
        (needed.name.length === 0 || parts(name).join("\0") === needed.name.join("\0")),
    );
}

/** The parts of a name as an account lists it: quoted where it must be. */
const parts = (name: string) =>
  (name.match(/"(?:[^"]|"")+"|[^."]+/g) ?? []).map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
