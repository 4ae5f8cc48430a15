/** Compiles `src` to `dist`, and writes the JSON Schema of the configuration file. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
rmSync(`${root}dist`, { recursive: true, force: true });
const { status } = spawnSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, "-p", `${root}tsconfig.build.json`],
  {
    stdio: "inherit",
  },
);
if (status !== 0) process.exit(1);
const { configJsonSchema } = await import("../dist/config/schema.js");
mkdirSync(`${root}schema`, { recursive: true });
writeFileSync(`${root}schema/manymodel.schema.json`, `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
