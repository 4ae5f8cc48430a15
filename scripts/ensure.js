/**
 * Makes sure that dependencies are installed and the build is up to date; quick when they are. Needs only Node and npm.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const at = (...parts) => path.join(root, ...parts);

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`manymodel needs Node 20.19 or newer; this is ${process.version}.`);
  process.exit(2);
}

function run(label, command, args) {
  console.error(`${label} …`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status === 0) return;
  console.error(`${label} failed${error ? `: ${error.message}` : ""}.`);
  process.exit(1);
}

/** Runs a step again if its inputs differ from those of the last time, which a stamp in a file records. */
function step(label, stamp, inputs, command, args) {
  const isDone = () => existsSync(stamp) && readFileSync(stamp, "utf8") === inputs;
  if (isDone()) return;
  enterAlone();
  if (isDone()) return;
  run(label, command, args);
  writeFileSync(stamp, inputs);
}

let isAlone = false;

/** Waits until no other process installs or builds here, and keeps others from it until this one ends. */
function enterAlone() {
  const file = path.join(tmpdir(), `manymodel-ensure-${createHash("sha256").update(root).digest("hex").slice(0, 16)}`);
  for (let waits = 0; !isAlone; waits++) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      isAlone = true;
      process.on("exit", () => rmSync(file, { force: true }));
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (waits === 0) console.error("Another process installs or builds here; waiting …");
      if (!isRunning(file)) rmSync(file, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    }
  }
}

const LONGEST_MS = 30 * 60_000;

/** Tells whether the process that a file names is running; false where the file is so old that the number must be another's. */
function isRunning(file) {
  try {
    if (statSync(file).mtimeMs < Date.now() - LONGEST_MS) return false;
    // An empty file is being written.
    const id = Number(readFileSync(file, "utf8"));
    return id === 0 || process.kill(id, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

function hash(files) {
  const sum = createHash("sha256");
  for (const file of files) sum.update(`${path.relative(root, file)}\0`).update(readFileSync(file));
  return sum.digest("hex");
}

const lock = at("package-lock.json");
step("Installing dependencies", at("node_modules", ".manymodel-stamp"), hash([lock]), "npm", [
  "ci",
  "--include=dev",
  "--no-audit",
  "--no-fund",
  "--loglevel=error",
]);
const sources = [
  ...filesBelow(at("src")),
  ...filesBelow(at("packages", "forecast", "src")),
  at("packages", "forecast", "package.json"),
  at("packages", "forecast", "tsconfig.json"),
  at("tsconfig.json"),
  at("tsconfig.build.json"),
  at("scripts", "build.js"),
  at("scripts", "bundle-program.js"),
  lock,
];
step("Building", at("dist", ".manymodel-stamp"), hash(sources), process.execPath, [at("scripts", "build.js")]);
