import path from "node:path";
import type { LoadedConfig } from "../config/load.ts";
import { placeOf } from "../config/place.ts";
import { ManymodelError } from "../core/errors.ts";
import { postgresPlace } from "../core/postgres-url.ts";
import type { EngineAddress } from "../ports/engine.ts";
import type { StageAddress } from "../ports/stage.ts";
import { checkStageUrl } from "../stages/open.ts";
import { snowflakeAddress } from "./snowflake-address.ts";

/**
 * Returns the engine that a configuration means. Relative paths mean the configuration's directory.
 *
 * @throws {ManymodelError} `config` for settings of another engine, or naming what is missing
 */
export function engineAddress(config: LoadedConfig): EngineAddress {
  const { engine, postgres, snowflake } = config;
  const others = { ...(engine !== "postgres" && { postgres }), ...(engine !== "snowflake" && { snowflake }) };
  for (const [block, settings] of Object.entries(others))
    if (settings !== undefined)
      throw new ManymodelError(
        "config",
        `${placeOf(config, block)} is for engine: ${block}, but the engine is ${engine}; leave one of them out`,
      );
  if (engine === "snowflake") return snowflakeAddress(config);
  const stage = stageAddress(config);
  const workspace = path.resolve(config.directory, config.workspace);
  if (engine === "postgres") {
    const { schema = "manymodel", url } = postgres ?? {};
    if (url !== undefined) postgresPlace(url, placeOf(config, "postgres.url"));
    const localStage = { url: path.join(workspace, "stage") };
    return { engine, schema, stage: stage ?? localStage, workspace, ...(url !== undefined && { url }) };
  }
  return { engine, workspace, ...(stage !== undefined && { stage }) };
}

function stageAddress(config: LoadedConfig): StageAddress | undefined {
  const { stage, directory } = config;
  if (stage === undefined) return undefined;
  const { url, endpoint, region, force_path_style: forcePathStyle } = { ...NO_KEYS, ...stage };
  checkStageUrl(url, placeOf(config, "stage"));
  return {
    url: /^[a-z0-9+.-]+:/i.test(url) ? url : path.resolve(directory, url),
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(forcePathStyle !== undefined && { forcePathStyle }),
  };
}

const NO_KEYS = { endpoint: undefined, region: undefined, force_path_style: undefined };
