/**
 * Makes the workspaces of this version that later ones must go on with (docs/upgrading.md), on each engine that is here:
 *
 *   npm run fixture
 *
 * Run it where the code is the release's, and commit test/fixtures/VERSION.
 */
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ENGINES } from "../test/engines/places.ts";
import { arithmetic } from "../test/golden/hashes.ts";
import { type About, BATCHES, COMPLETED, fixtureFolder, KeptWorkspace, pack } from "../test/upgrade/kept-workspace.ts";

const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
if (git("status", "--porcelain", "--", "src") !== "") throw new Error("src has changes that are not committed");
const code = git("log", "-1", "--format=%h", "--abbrev=7", "--", "src");
const to = fixtureFolder(version);
await rm(to, { recursive: true, force: true });
await mkdir(to, { recursive: true });
for (const { engine, missing, open } of ENGINES) {
  if (missing !== undefined) {
    console.log(`${engine}: none made: ${missing}`);
    continue;
  }
  const above = await mkdtemp(path.join(tmpdir(), "manymodel-fixture-"));
  const place = await open();
  try {
    const workspace = new KeptWorkspace(path.join(above, "workspace"), place);
    await workspace.make();
    await workspace.forgetConfiguration();
    await place.save(path.join(above, "place"));
  } finally {
    await place.close();
  }
  const file = path.join(to, `${engine}.tar.br`);
  await pack(above, file);
  await rm(above, { recursive: true });
  console.log(`${engine}: ${(await stat(file)).size} bytes`);
}
const about: About = {
  version,
  code,
  node: process.versions.node,
  arithmetic: arithmetic(),
  batches: BATCHES,
  completed: COMPLETED,
};
await writeFile(path.join(to, "about.json"), `${JSON.stringify(about, undefined, 1)}\n`);
