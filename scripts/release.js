/**
 * Makes a release: `npm run release -- VERSION`. Sets the version of both packages, dates the changelog, packs and checks
 * the tarballs, commits and tags. Pushing the tag starts the workflow that publishes. `--check VERSION` only checks a
 * tagged commit, before the workflow publishes it.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { released, unreleased } from "./changelog.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const MANIFESTS = ["package.json", "packages/forecast/package.json"];

const { values, positionals } = parseArgs({ options: { check: { type: "boolean" } }, allowPositionals: true });
const [version] = positionals;
if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version ?? ""))
  fail(`a release needs a version such as 0.2.0, not ${version ?? "nothing"}: npm run release -- VERSION`);

if (values.check) {
  checkManifests();
  checkTarballs();
} else {
  if (run("git", "status", "--porcelain") !== "") fail("there are changes that are not committed: commit them first");
  if (run("git", "branch", "--show-current") !== "main") fail("releases are made on main");
  checkRepository();
  const changelog = readFileSync(`${root}CHANGELOG.md`, "utf8");
  if (unreleased(changelog) === "") fail("CHANGELOG.md has no entry under [Unreleased]");
  for (const file of MANIFESTS) setVersion(file);
  run("npm", "install", "--package-lock-only", "--ignore-scripts");
  writeFileSync(`${root}CHANGELOG.md`, released(changelog, version, new Date()));
  run("node", "scripts/build.js");
  checkManifests();
  checkTarballs();
  run("git", "commit", "--quiet", "--all", "--message", `Release ${version}`);
  run("git", "tag", "--annotate", `v${version}`, "--message", `Release ${version}`);
  console.log(`v${version} is committed and tagged. Publish it: git push --follow-tags`);
}

function setVersion(file) {
  const manifest = JSON.parse(readFileSync(root + file, "utf8"));
  manifest.version = version;
  if (manifest.dependencies?.["@manymodel/forecast"]) manifest.dependencies["@manymodel/forecast"] = version;
  writeFileSync(root + file, `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** Holds the manifests and the changelog against the version. */
function checkManifests() {
  for (const file of MANIFESTS) {
    const manifest = JSON.parse(readFileSync(root + file, "utf8"));
    if (manifest.version !== version) fail(`${file} has version ${manifest.version}, not ${version}`);
    const numerics = manifest.dependencies?.["@manymodel/forecast"];
    if (numerics !== undefined && numerics !== version)
      fail(`${file} needs @manymodel/forecast ${numerics}, not ${version}`);
  }
  if (!readFileSync(`${root}CHANGELOG.md`, "utf8").includes(`\n## [${version}] - `))
    fail(`CHANGELOG.md has no section for ${version}`);
}

/** Checks that the address in package.json, where provenance points, is where the tag is pushed. */
function checkRepository() {
  const { repository } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  const address = repository.url.replace(/^git\+|\.git$/g, "");
  const name = new URL(address).pathname;
  const origin = run("git", "remote", "get-url", "origin").replace(/\.git$/, "");
  if (!origin.replace(":", "/").endsWith(name))
    fail(`package.json says the repository is ${address}, and origin is ${origin}: correct one of them`);
}

/** Packs both packages, and holds the tarballs against publint and attw. */
function checkTarballs() {
  const folder = mkdtempSync(path.join(tmpdir(), "manymodel-release-"));
  try {
    const packed = JSON.parse(
      run(
        "npm",
        "pack",
        "--json",
        "--pack-destination",
        folder,
        "--workspace",
        "@manymodel/forecast",
        "--include-workspace-root",
      ),
    );
    for (const { filename, size } of packed) {
      const tarball = path.join(folder, filename);
      run("npx", "publint", "--strict", tarball);
      run("npx", "attw", tarball, "--profile", "esm-only");
      console.log(`${filename}: ${(size / 1e6).toFixed(2)} MB, passes publint and attw`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(command, ...args) {
  try {
    return execFileSync(command, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  } catch (error) {
    fail(`${command} ${args.join(" ")}\n${error.stdout ?? ""}${error.stderr ?? error.message}`);
  }
}

function fail(message) {
  console.error(`release: ${message}`);
  process.exit(1);
}
