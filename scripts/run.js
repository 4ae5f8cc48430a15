/**
 * Runs a TypeScript program of `scripts` or `bench` from the sources: `node scripts/run.js FILE [ARGUMENT…]`.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import "./ensure.js";

// Needs what the line above installs.
const { compileProgram } = await import("./compile-program.js");

const root = fileURLToPath(new URL("..", import.meta.url));
const [file, ...args] = process.argv.slice(2);
const { status } = spawnSync(process.execPath, [await compileProgram(file), ...args], { cwd: root, stdio: "inherit" });
process.exit(status ?? 1);
