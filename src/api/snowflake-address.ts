import path from "node:path";
import type { LoadedConfig } from "../config/load.ts";
import { placeOf } from "../config/place.ts";
import { ManymodelError } from "../core/errors.ts";
import { usualSize } from "../core/instance-family.ts";
import {
  dottedName,
  nameMeant,
  type SnowflakeAddress,
  type SnowflakeAuthentication,
  type SnowflakeInference,
  type SnowflakeSchedule,
  type SnowflakeService,
} from "../core/snowflake-address.ts";

/** The file of a container's service token. */
const TOKEN_FILE = "/snowflake/session/token";

/**
 * Returns the account that a configuration means, and the objects in it.
 *
 * @throws {ManymodelError} `config` naming what is missing, or for settings of other engines
 */
export function snowflakeAddress(config: LoadedConfig): SnowflakeAddress {
  const { snowflake, parallel_lab: lab, stage, directory } = config;
  if (stage !== undefined)
    throw new ManymodelError(
      "config",
      `${placeOf(config, "stage")} is for engines local and postgres; name a stage of the account in snowflake.stage`,
    );
  if (snowflake === undefined)
    throw new ManymodelError(
      "config",
      `${placeOf(config, "engine")} is snowflake, but there is no block snowflake; add snowflake.account`,
    );
  const missing = (key: string) => new ManymodelError("config", `${placeOf(config, `snowflake.${key}`)} is missing`);
  const { account, user, host, port, protocol, compute, scoring } = snowflake;
  const role = asName(snowflake.role);
  const database = asName(snowflake.database ?? lab?.database);
  if (database === undefined) throw missing("database");
  const warehouse = asName(snowflake.warehouse ?? lab?.warehouse);
  const mount = process.env.MANYMODEL_STAGE_MOUNT;
  const service = compute === "service" ? serviceOf(snowflake, lab, missing) : undefined;
  const pool = snowflake.compute_pool ?? lab?.compute_pool;
  const hasContainers = pool !== undefined && (snowflake.image ?? lab?.image_uri) !== undefined;
  const containers = hasContainers || snowflake.schedule !== undefined ? serviceOf(snowflake, lab, missing) : undefined;
  const schedule = snowflake.schedule && scheduleOf(snowflake.schedule);
  const score = scoring ?? (compute === "warehouse" ? "warehouse" : "auto");
  const isLastResort = score === "auto" && snowflake.model_registry && pool !== undefined;
  const inference =
    score === "inference" || isLastResort
      ? inferenceOf(snowflake, lab, missing, placeOf(config, "snowflake.scoring"))
      : undefined;
  const serveRoles = snowflake.serve_roles?.map(nameMeant);
  const tags =
    snowflake.tags &&
    Object.fromEntries(Object.entries(snowflake.tags).map(([tag, value]) => [dottedName(tag), value]));
  const shard = snowflake.static_shards ? shardOf() : undefined;
  return {
    engine: "snowflake",
    account,
    database,
    compute,
    hybridTables: snowflake.hybrid_tables,
    scoring: score,
    schema: nameMeant(snowflake.schema ?? lab?.schema ?? "MANYMODEL"),
    stage: nameMeant(snowflake.stage ?? lab?.dosnowflake_stage_name ?? "MM_STAGE"),
    queueTable: nameMeant(snowflake.queue_table ?? lab?.queue_table ?? "MM_CHUNKS"),
    authentication: authenticationOf(snowflake, directory, missing),
    ...(user !== undefined && { user }),
    ...(role !== undefined && { role }),
    ...(warehouse !== undefined && { warehouse }),
    ...(host !== undefined && { endpoint: { host, port: port ?? 443, protocol } }),
    ...(mount !== undefined && { mount }),
    ...(service !== undefined && { service }),
    ...(containers !== undefined && { containers }),
    ...(schedule !== undefined && { schedule }),
    ...(serveRoles !== undefined && { serveRoles }),
    ...(tags !== undefined && { tags }),
    ...(snowflake.model_registry && { modelRegistry: true, modelFiles: snowflake.model_files }),
    ...(inference !== undefined && { inference }),
    ...(shard !== undefined && { shard }),
  };
}

const asName = (name: string | undefined) => name && nameMeant(name);

type SnowflakeBlock = NonNullable<LoadedConfig["snowflake"]>;
type Missing = (key: string) => ManymodelError;

function authenticationOf(block: SnowflakeBlock, directory: string, missing: Missing): SnowflakeAuthentication {
  switch (block.authentication) {
    case "key-pair":
      if (block.private_key_path === undefined) throw missing("private_key_path");
      return { type: "key-pair", privateKeyPath: path.resolve(directory, block.private_key_path) };
    case "oauth": {
      const tokenFile = block.token_file ?? process.env.MANYMODEL_TOKEN_FILE ?? TOKEN_FILE;
      return { type: "oauth", tokenFile: path.resolve(directory, tokenFile) };
    }
    case "access-token":
      return { type: "access-token", variable: block.token_variable };
    case "connection":
      return { type: "connection", name: block.connection };
  }
}

function serviceOf(block: SnowflakeBlock, lab: LoadedConfig["parallel_lab"], missing: Missing): SnowflakeService {
  const image = block.image ?? lab?.image_uri;
  if (image === undefined) throw missing("image");
  const instanceFamily = (block.instance_family ?? lab?.instance_family ?? "CPU_X64_S").toUpperCase();
  const usual = usualSize(instanceFamily);
  return {
    ...poolOf(block, lab, missing),
    image,
    cpu: block.cpu ?? usual.cpu,
    memory: block.memory ?? usual.memory,
    maxNodes: block.max_nodes,
    instanceFamily,
    logLevel: block.log_level,
    ...(block.external_access !== undefined && { externalAccess: block.external_access.map(nameMeant) }),
  };
}

function scheduleOf({
  name,
  cron,
  stream,
  error_integration: integration,
}: NonNullable<SnowflakeBlock["schedule"]>): SnowflakeSchedule {
  return {
    name: nameMeant(name),
    ...(cron !== undefined && { cron: cron.replace(/ +/g, " ") }),
    ...(stream !== undefined && { stream: dottedName(stream) }),
    ...(integration !== undefined && { errorIntegration: nameMeant(integration) }),
  };
}

/** @throws {ManymodelError} `config` where versions are not in the Model Registry */
function inferenceOf(
  block: SnowflakeBlock,
  lab: LoadedConfig["parallel_lab"],
  missing: Missing,
  place: string,
): SnowflakeInference {
  if (!block.model_registry)
    throw new ManymodelError(
      "config",
      `${place} is inference, which scores with versions of Snowflake's Model Registry; set snowflake.model_registry: true`,
    );
  return poolOf(block, lab, missing);
}

function poolOf(block: SnowflakeBlock, lab: LoadedConfig["parallel_lab"], missing: Missing): SnowflakeInference {
  const computePool = asName(block.compute_pool ?? lab?.compute_pool);
  if (computePool === undefined) throw missing("compute_pool");
  return { computePool, replicas: block.replicas ?? lab?.demo_queue_n_workers ?? 4 };
}

/** Returns the replica of a job service that this container is. */
function shardOf(): SnowflakeAddress["shard"] {
  return { index: Number(process.env.SNOWFLAKE_JOB_INDEX ?? 0), count: Number(process.env.SNOWFLAKE_JOBS_COUNT ?? 1) };
}
