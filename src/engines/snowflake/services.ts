import { ManymodelError, messageOf } from "../../core/errors.ts";
import type { SnowflakeAddress, SnowflakeService } from "../../core/snowflake-address.ts";
import type { ServiceKind, Services } from "../../ports/services.ts";
import type { Stage } from "../../ports/stage.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { serviceConfig, serviceStatements } from "./sql/services.ts";

/**
 * Returns the long-running services of the account, whose containers read their configuration from the mounted stage.
 */
export function snowflakeServices(
  session: Session,
  names: Names,
  stage: Stage,
  address: SnowflakeAddress,
  service: SnowflakeService,
): Services {
  const sql = serviceStatements(names, address, service);
  const perform = async (statements: readonly string[]) => {
    for (const text of statements)
      await session.rows(text).catch((cause) => {
        throw new ManymodelError(
          "config",
          `the account refused a service: ${messageOf(cause)}; run: manymodel engine check`,
          {
            cause,
          },
        );
      });
  };
  const find = async (kind: ServiceKind) => (await session.records(sql.find(kind), 1))[0];
  return {
    cpus: service.cpu,
    statements: (kind, instances) =>
      instances === 0
        ? [sql.suspend(kind)]
        : [...sql.create(kind, instances), sql.scale(kind, instances), sql.resume(kind)],
    removal: (kind) => [sql.drop(kind)],
    async scale(kind, instances, config) {
      if (instances === 0) return perform([sql.suspend(kind)]);
      await stage.put(serviceConfig(kind), config);
      await perform([...sql.create(kind, instances), sql.scale(kind, instances)]);
      if (String((await find(kind))?.status).startsWith("SUSPEND")) await perform([sql.resume(kind)]);
    },
    async drop(kind) {
      await perform([sql.drop(kind)]);
      await stage.remove(serviceConfig(kind));
    },
    async state(kind) {
      const listed = await find(kind);
      if (listed === undefined) return undefined;
      const [endpoint] = kind === "serve" ? await session.records(sql.endpoints(kind), 1) : [];
      const url = String(endpoint?.ingress_url ?? "");
      // Until it has an address, the account says so in a sentence ("SHOW ENDPOINTS").
      return { status: String(listed.status), url: /^\S+$/.test(url) ? `https://${url}` : null };
    },
  };
}
