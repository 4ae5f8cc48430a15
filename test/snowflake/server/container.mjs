// Stands for the worker's image where a test needs no worker: says on the mounted stage what it was started with, and
// fails as often as the file `failures` says there.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const [command, ...rest] = process.argv.slice(2);
const folder = path.dirname(rest.at(-1));
writeFileSync(path.join(folder, `${command}.${process.env.SNOWFLAKE_JOB_INDEX}.${process.pid}`), "");
const failures = path.join(folder, "failures");
const remaining = existsSync(failures) ? Number(readFileSync(failures, "utf8")) : 0;
if (remaining > 0) {
  if (process.env.SNOWFLAKE_JOB_INDEX === "0") writeFileSync(failures, String(remaining - 1));
  console.error("the container was told to fail");
  process.exitCode = 1;
}
