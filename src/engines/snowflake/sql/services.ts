import type { SnowflakeAddress, SnowflakeService } from "../../../core/snowflake-address.ts";
import type { ServiceKind } from "../../../ports/services.ts";
import { identifier, integer, literal, plain } from "../literal.ts";
import { type Names, OWN } from "../names.ts";
import { MOUNT, outside, queries, SERVICE_ROLE, specification } from "./jobs.ts";

/** The port that a container answers at. */
const PORT = 8080;

/** Returns the path of a service's configuration on the stage. */
export const serviceConfig = (kind: ServiceKind) => `services/${kind}/manymodel.yaml`;

/** Returns statements of long-running services: workers that serve any run, and the server that answers predictions. */
export function serviceStatements(names: Names, address: SnowflakeAddress, service: SnowflakeService) {
  const { database, schema, serveRoles = [] } = address;
  const name = (kind: ServiceKind) => `${plain(database)}.${plain(schema)}.${OWN}${kind.toUpperCase()}`;
  const workers = String(Math.ceil(service.cpu));
  const config = (kind: ServiceKind) => ["--config", `${MOUNT}/${serviceConfig(kind)}`];
  const spec = (kind: ServiceKind) =>
    kind === "workers"
      ? specification(names, service, { args: ["worker", "--workers", workers, ...config(kind)] })
      : specification(names, service, {
          args: ["serve", "--host", "0.0.0.0", "--port", String(PORT), "--workers", workers, ...config(kind)],
          endpoint: { port: PORT, ready: "/readyz" },
        });
  const counted = (instances: number) => `MIN_INSTANCES = ${integer(instances)} MAX_INSTANCES = ${integer(instances)}`;
  return {
    // In the order of the documented syntax, where the specification of a service comes before its properties.
    create: (kind: ServiceKind, instances: number) => [
      `CREATE SERVICE IF NOT EXISTS ${name(kind)} IN COMPUTE POOL ${plain(service.computePool)} FROM SPECIFICATION ${literal(spec(kind))}${outside(service)} ${counted(instances)}${queries(address)} COMMENT = ${literal(JSON.stringify({ app: "manymodel", service: kind }))}`,
      ...(kind === "serve"
        ? serveRoles.map(
            (role) => `GRANT SERVICE ROLE ${name(kind)}!${SERVICE_ROLE.toUpperCase()} TO ROLE ${identifier(role)}`,
          )
        : []),
    ],
    scale: (kind: ServiceKind, instances: number) => `ALTER SERVICE IF EXISTS ${name(kind)} SET ${counted(instances)}`,
    resume: (kind: ServiceKind) => `ALTER SERVICE IF EXISTS ${name(kind)} RESUME`,
    suspend: (kind: ServiceKind) => `ALTER SERVICE IF EXISTS ${name(kind)} SUSPEND`,
    drop: (kind: ServiceKind) => `DROP SERVICE IF EXISTS ${name(kind)}`,
    find: (kind: ServiceKind) =>
      `SHOW SERVICES LIKE ${literal(`${OWN}${kind.toUpperCase()}`.replaceAll("_", "\\_"))} IN SCHEMA ${names.schema}`,
    endpoints: (kind: ServiceKind) => `SHOW ENDPOINTS IN SERVICE ${name(kind)}`,
  };
}
