import { configFrom, loadConfig } from "../config/load.ts";
import type { ConfigInput } from "../config/schema.ts";
import { engineAddress } from "./engine-address.ts";
import { ManyModel } from "./many-model.ts";
import { openEngine } from "./open-engine.ts";

/**
 * Opens a workspace by its configuration.
 *
 * ```ts
 * await using mm = await open({ source: { table: "sales.csv", partition_by: "sku", order_by: "day", target: "qty" } });
 * ```
 *
 * @param config - the configuration file, or an object with the keys of that file
 * @param options - `directory`: the base of relative paths in an object; the current directory when left out
 * @throws {ManymodelError} `config`, naming the file, line and key, and the expected value
 */
export async function open(
  config: string | ConfigInput = "manymodel.yaml",
  { directory = process.cwd() }: { readonly directory?: string } = {},
): Promise<ManyModel> {
  const loaded = typeof config === "string" ? await loadConfig(config) : await configFrom(config, directory);
  return new ManyModel(loaded, await openEngine(engineAddress(loaded)));
}

/** Returns the name of `open` in the R original. */
export function connect(...[config, options]: Parameters<typeof open>): Promise<ManyModel> {
  return open(config, options);
}
