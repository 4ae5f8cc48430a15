import { placeOf } from "../../config/place.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { ServiceKind, ServiceState, Services } from "../../ports/services.ts";
import type { Workspace } from "../workspace.ts";
import { containerFiles } from "./container-config.ts";
import type { Deployment, DryRun } from "./schedule.ts";

/** The header in which Snowflake's ingress says who asks; it takes it from nobody else. */
const CALLER_HEADER = "Sf-Context-Current-User";

/**
 * Has so many containers of a kind run in the account; 0 suspends them.
 *
 * @throws {ManymodelError} `config` where no image or pool is configured, or the configuration has no file
 */
export async function scaleService(
  workspace: Workspace,
  kind: ServiceKind,
  instances: number,
  { dryRun = false }: DryRun = {},
): Promise<Deployment> {
  const services = servicesOf(workspace);
  const files = await containerFiles(
    workspace,
    services.cpus,
    kind === "serve" ? { caller_header: CALLER_HEADER } : {},
  );
  const config = files.get("manymodel.yaml");
  if (config === undefined) throw new ManymodelError("internal", "a container has no configuration");
  if (!dryRun) await services.scale(kind, instances, config);
  return { statements: services.statements(kind, instances), files: instances === 0 ? [] : ["manymodel.yaml"] };
}

/** Removes a service. @throws {ManymodelError} `config` where no image or pool is configured */
export async function dropService(
  workspace: Workspace,
  kind: ServiceKind,
  { dryRun = false }: DryRun = {},
): Promise<Deployment> {
  const services = servicesOf(workspace);
  if (!dryRun) await services.drop(kind);
  return { statements: services.removal(kind), files: [] };
}

/** Returns the state of a service, or undefined if there is none. @throws {ManymodelError} `config` where no image or pool is configured */
export async function serviceState(workspace: Workspace, kind: ServiceKind): Promise<ServiceState | undefined> {
  return servicesOf(workspace).state(kind);
}

function servicesOf({ engine, config }: Workspace): Services {
  if (engine.services === undefined)
    throw new ManymodelError(
      "config",
      `${placeOf(config, "snowflake.image")} or snowflake.compute_pool is missing; containers need both`,
    );
  return engine.services;
}
