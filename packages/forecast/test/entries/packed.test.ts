import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** Bytes of the files that an installation of the package unpacks, at most. 33 kB of them are kernels. */
const MOST = 1_038_500;

const source = fileURLToPath(new URL("../..", import.meta.url));

describe("the package as it is published", () => {
  let folder = "";
  const installed = () => path.join(folder, "package");
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "manymodel-packed-"));
    const packed = spawnSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
      cwd: source,
      encoding: "utf8",
      shell: process.platform === "win32",
    });
    expect(packed.status, packed.stderr).toBe(0);
    const [{ filename }] = JSON.parse(packed.stdout);
    const unpacked = spawnSync("tar", ["-xzf", filename], { cwd: folder, encoding: "utf8" });
    expect(unpacked.status, unpacked.stderr).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("has hardly more than 1 MB of files, and no build's leavings", () => {
    const files = readdirSync(installed(), { recursive: true, encoding: "utf8" }).filter((name) =>
      statSync(path.join(installed(), name)).isFile(),
    );
    const bytes = files.reduce((sum, name) => sum + statSync(path.join(installed(), name)).size, 0);
    expect(bytes).toBeLessThan(MOST);
    expect(files.filter((name) => !/^(dist\/.*\.(js|d\.ts)|package\.json|README\.md|LICENSE)$/.test(name))).toEqual([]);
  });

  it("has no dependency", () => {
    const manifest = JSON.parse(readFileSync(path.join(installed(), "package.json"), "utf8"));
    const fields = ["dependencies", "peerDependencies", "optionalDependencies", "bundleDependencies", "scripts"];
    expect(fields.filter((field) => field in manifest)).toEqual([]);
  });

  it("has the files of every entry", async () => {
    const { exports } = JSON.parse(readFileSync(path.join(installed(), "package.json"), "utf8"));
    for (const [name, target] of Object.entries<string | Record<string, string>>(exports))
      for (const file of typeof target === "string" ? [target] : Object.values(target))
        expect(statSync(path.join(installed(), file)).isFile(), `${name}: ${file}`).toBe(true);
    const { autoArima, forecast } = await import(pathToFileURL(path.join(installed(), "dist/entries/arima.js")).href);
    expect(forecast(autoArima([3, 5, 4, 6, 5, 7, 6, 8]), { h: 2 }).mean).toHaveLength(2);
  });
});
