import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { ENVIRONMENT } from "./account.ts";

const PRELOAD = pathToFileURL(path.resolve("test", "snowflake", "quick-driver.mjs")).href;

/**
 * Bundles the driver into a file of a folder, without the clients of clouds' storages and identities, and returns the
 * environment of processes that load it from there. A process that is soon killed spends most of its time on loading the
 * driver's thousand files, and on asking three clouds whether it runs there.
 */
export async function quickDriver(folder: string): Promise<Readonly<Record<string, string>>> {
  const bundle = path.join(folder, "snowflake-sdk.cjs");
  await build({
    stdin: { contents: 'module.exports = require("snowflake-sdk");', resolveDir: path.resolve() },
    outfile: bundle,
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["@aws-sdk/*", "@aws-crypto/*", "@smithy/*", "@azure/*", "@google-cloud/*", "google-auth-library"],
    loader: { ".node": "empty" },
    logLevel: "error",
  });
  return {
    NODE_OPTIONS: `${ENVIRONMENT.NODE_OPTIONS} --import=${PRELOAD}`,
    LOCAL_SNOWFLAKE_DRIVER: bundle,
    SNOWFLAKE_DISABLE_PLATFORM_DETECTION: "true",
  };
}
