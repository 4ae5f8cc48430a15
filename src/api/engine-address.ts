import path from "node:path";
import type { LoadedConfig } from "../config/load.ts";
import type { EngineAddress } from "../ports/engine.ts";
import type { StageAddress } from "../ports/stage.ts";

/** The engine that a configuration means. Relative paths mean the configuration's directory. */
export function engineAddress(config: LoadedConfig): EngineAddress {
  const stage = stageAddress(config);
  const workspace = path.resolve(config.directory, config.workspace);
  return { engine: config.engine, workspace, ...(stage !== undefined && { stage }) };
}

function stageAddress({ stage, directory }: LoadedConfig): StageAddress | undefined {
  if (stage === undefined) return undefined;
  const { url, endpoint, region, force_path_style: forcePathStyle } = { ...NO_KEYS, ...stage };
  return {
    url: /^[a-z0-9+.-]+:/i.test(url) ? url : path.resolve(directory, url),
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(forcePathStyle !== undefined && { forcePathStyle }),
  };
}

const NO_KEYS = { endpoint: undefined, region: undefined, force_path_style: undefined };
