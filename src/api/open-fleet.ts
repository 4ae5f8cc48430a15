import path from "node:path";
import { fileURLToPath } from "node:url";
import type { LoadedConfig } from "../config/load.ts";
import { placeOf } from "../config/place.ts";
import { ManymodelError } from "../core/errors.ts";
import type { Launcher } from "../core/launcher.ts";
import type { RunMode } from "../core/run.ts";
import { CONFIG_FOLDER } from "../fleets/kubernetes-job.ts";
import type { Fleet, FleetJob } from "../ports/fleet.ts";
import { stageDirectory } from "../stages/open.ts";
import type { Workspace } from "./workspace.ts";

type FleetConfig = NonNullable<LoadedConfig["fleet"]>;

/** A fleet, opened, with what the configuration says of it. */
export interface OpenFleet {
  readonly fleet: Fleet;
  readonly settings: FleetConfig;
  /** The folder of the logs, in which each job has its own. */
  readonly logs: string;
  /** The configuration as the machines see it. */
  readonly config: string;
  /** Returns the kind of job that trains a run of this mode. */
  kindFor(mode: RunMode): FleetJob["kind"];
}

/**
 * Opens the configured fleet.
 *
 * @param launcher - instead of the configured one
 * @throws {ManymodelError} `config` if it lacks something
 */
export async function openFleet({ config, engine }: Workspace, launcher?: Launcher | true): Promise<OpenFleet> {
  const named = launcher === true ? undefined : launcher;
  if (named === undefined && config.fleet === undefined)
    throw new ManymodelError("config", `${config.file} has no fleet; add fleet.launcher`);
  const { configSchema } = await import("../config/schema.ts");
  const settings = config.fleet ?? configSchema.parse({ fleet: { launcher: named } }).fleet!;
  const chosen = named ?? settings.launcher;
  const { address } = engine;
  const stage = address.engine === "local" || address.engine === "postgres" ? address.stage : undefined;
  const directory = stage === undefined ? undefined : stageDirectory(stage);
  const home = path.resolve(config.directory, config.workspace);
  const logs =
    settings.logs === undefined ? path.join(directory ?? home, "logs") : path.resolve(config.directory, settings.logs);
  const inImage = chosen === "kubernetes";
  const main = fileURLToPath(new URL("../../bin/manymodel.js", import.meta.url));
  const command = settings.command ?? (inImage ? "manymodel" : [process.execPath, main]);
  const common = {
    command: typeof command === "string" ? [command] : command,
    logs,
    setup: settings.setup,
    cpus: settings.cpus,
    ...(settings.memory !== undefined && { memory: settings.memory }),
    ...(settings.time !== undefined && { time: settings.time }),
    ...(settings.throttle !== undefined && { throttle: settings.throttle }),
  };
  const fleet = await open(chosen, common, settings, directory ?? home, placeOf(config, "fleet.kubernetes"));
  const shared = settings.shared_catalog ?? (address.engine !== "local" || chosen === "process");
  return {
    fleet,
    logs,
    config:
      settings.config ?? (inImage && settings.kubernetes?.config_map ? `${CONFIG_FOLDER}/manymodel.yaml` : config.file),
    settings: { ...settings, launcher: chosen, shared_catalog: shared },
    kindFor(mode) {
      const kind = mode === "queue" ? "workers" : fleet.kinds[0]!;
      if (mode === "local")
        throw new ManymodelError("usage", `mode local trains in this process; use tasks or queue with ${chosen}`);
      if (kind === "workers" && !shared)
        throw new ManymodelError(
          "usage",
          `workers of ${chosen} cannot open the catalog of the local engine, which is this machine's; use mode tasks, or an engine with a database server`,
        );
      if (kind === "tasks" && address.engine === "local" && address.stage !== undefined && directory === undefined)
        throw new ManymodelError(
          "config",
          `${placeOf(config, "stage")}: tasks of ${chosen} read the local engine's snapshots from the stage's directory, but the stage is ${address.stage.url}; use a shared directory, or an engine with a database server`,
        );
      return kind;
    },
  };
}

async function open(
  launcher: Launcher,
  common: Parameters<typeof import("../fleets/slurm.ts").slurmFleet>[0],
  settings: FleetConfig,
  shared: string,
  place: string,
): Promise<Fleet> {
  switch (launcher) {
    case "process": {
      const { processFleet } = await import("../fleets/process.ts");
      return processFleet(common);
    }
    case "slurm": {
      const { slurmFleet } = await import("../fleets/slurm.ts");
      const { partition, account, options } = settings.slurm;
      return slurmFleet({
        ...common,
        options,
        ...(partition !== undefined && { partition }),
        ...(account !== undefined && { account }),
      });
    }
    case "kubernetes": {
      const { kubernetesFleet } = await import("../fleets/kubernetes.ts");
      if (settings.kubernetes === undefined)
        throw new ManymodelError("config", `${place} is missing; it needs the worker's image at least`);
      const { image, namespace, context, claim, secret, retries } = settings.kubernetes;
      const { mount_path, config_map, service_account } = settings.kubernetes;
      return kubernetesFleet({
        ...common,
        image,
        retries,
        ...(namespace !== undefined && { namespace }),
        ...(context !== undefined && { context }),
        ...(claim !== undefined && { volume: { claim, mountPath: mount_path ?? shared } }),
        ...(secret !== undefined && { secret }),
        ...(config_map !== undefined && { configMap: config_map }),
        ...(service_account !== undefined && { serviceAccount: service_account }),
      });
    }
  }
}
