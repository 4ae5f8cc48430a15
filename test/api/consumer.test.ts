import { execFile } from "node:child_process";
import { cp, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { temporaryFolder } from "../workspace.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** Returns a project in a fresh folder that has the packed packages installed, and their dependencies by links. */
async function installed(): Promise<string> {
  const folder = await temporaryFolder();
  const modules = path.join(folder, "node_modules");
  await mkdir(path.join(modules, "@manymodel"), { recursive: true });
  for (const [source, name] of [
    [root, "manymodel"],
    [path.join(root, "packages", "forecast"), "@manymodel/forecast"],
  ] as const) {
    const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
      cwd: source,
      maxBuffer: 2 ** 24,
    });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    const target = path.join(modules, name);
    await mkdir(target, { recursive: true });
    await run("tar", ["-xzf", path.join(folder, filename), "-C", target, "--strip-components=1"]);
  }
  for (const name of await readdir(path.join(root, "node_modules")))
    if (!name.startsWith(".") && name !== "manymodel" && name !== "@manymodel")
      await symlink(path.join(root, "node_modules", name), path.join(modules, name));
  await cp(path.join(root, "test", "fixtures", "consumer"), folder, { recursive: true });
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: "consumer", type: "module" }));
  return folder;
}

it("a strict TypeScript project compiles against the packed packages, and does everything from import to forecast", async () => {
  const folder = await installed();
  const compiler = path.join(root, "node_modules", "typescript", "bin", "tsc");
  await run(process.execPath, [compiler, "-p", folder]).catch(({ stdout }) => expect(stdout).toBe(""));
  const { stdout } = await run(process.execPath, ["out/main.js"], { cwd: folder });
  expect(stdout.trim().split("\n")).toEqual([
    "engine local",
    "imported 2800",
    "aborted enough for today",
    "state running true 0",
    "resumed 40 0",
    "followed 40 40",
    "registered SALES_FORECAST V1 7",
    "scored 40 280",
    "forecast OK 2025-03-12 2 2 true",
    "picture true true",
    "served 200 false",
    "dashboard 200 0",
    "library 1 2 3 naive",
    "definition function",
    "refused config the configuration: train.horizon: is 0; it must be at least 1",
  ]);
});
