import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./workspace.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a shell script in a folder, with `manymodel` on its path. */
async function shell(folder: string, script: string) {
  const bin = path.join(folder, ".bin");
  await mkdir(bin, { recursive: true });
  await symlink(path.join(root, "bin", "manymodel.js"), path.join(bin, "manymodel")).catch(() => {});
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` };
  return spawnSync("bash", ["-euo", "pipefail", "-c", script], { cwd: folder, encoding: "utf8", env });
}

describe("what the documents show is run", () => {
  it("the README's commands on your own data, then the guide's screen and refine, then serving", async () => {
    const folder = await temporaryFolder();
    const days = Array.from({ length: 120 }, (_, i) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10));
    const rows = ["A", "B"].flatMap((sku) =>
      days.map((day, i) => `${sku},${day},${20 + (i % 7) + ((i * i * 7) % 11) / 4}`),
    );
    await writeFile(path.join(folder, "sales.csv"), ["sku,day,qty", ...rows].join("\n"));
    const readme = await readFile(path.join(root, "README.md"), "utf8");
    const blocks = [...readme.matchAll(/<!-- run -->\n```sh\n([\s\S]*?)```/g)].map((match) => match[1]!);
    expect(blocks).toHaveLength(1);
    const { status, stdout, stderr } = await shell(folder, blocks[0]!);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("2 trained, 0 failed");
    expect(stdout.match(/2026-05-0\d/g)).toHaveLength(7);
    const guide = await readFile(path.join(root, "docs", "guide.md"), "utf8");
    const [, refine] = guide.match(/<!-- run: refine -->\n```sh\n([\s\S]*?)```/)!;
    const refined = await shell(folder, refine!);
    expect(refined.status, refined.stderr).toBe(0);
    expect(refined.stdout).toContain("Run refined: 1 partitions of screen, 1 refined, 0 failed, 0 not begun");
    expect(refined.stdout).toContain("Registered MANY_MODEL_FORECAST V2: run champions, 2 models");
    expect(refined.stdout).toContain("MANY_MODEL_FORECAST V2 scored 2 partitions: 2 OK");
    expect(existsSync(path.join(folder, "compared.svg"))).toBe(true);
    const serving = await readFile(path.join(root, "docs", "serving.md"), "utf8");
    const [, serve] = serving.match(/<!-- run: serving -->\n```sh\n([\s\S]*?)```/)!;
    const served = await shell(folder, serve!);
    expect(served.status, served.stderr).toBe(0);
    const { predictions } = JSON.parse(served.stdout);
    expect(predictions.map(({ status }: { status: string }) => status)).toEqual(["OK", "OK"]);
    expect(predictions[0].times[0]).toBe("2026-05-01");
    const [, tokens] = serving.match(/<!-- run: tokens -->\n```sh\n([\s\S]*?)```/)!;
    const listed = await shell(folder, tokens!);
    expect(listed.status, listed.stderr).toBe(0);
    expect(listed.stdout).toMatch(/nightly-job +viewer/);
    expect(listed.stdout).toContain("Token nightly-job is revoked.");
  });

  it("the forecasting example", async () => {
    const folder = path.join(await temporaryFolder(), "forecast");
    await cp(path.join(root, "examples", "forecast"), folder, { recursive: true });
    await mkdir(path.join(folder, "node_modules"));
    await symlink(root, path.join(folder, "node_modules", "manymodel"));
    const { status, stdout, stderr } = await shell(folder, "node forecast.js");
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("ARIMA(0,0,0)(0,1,0)[4] with drift, fitted to ");
    expect(stdout).toMatch(/next quarter, knowing this one: 58\.\d/);
  });

  it.each([
    ["store-sales", "5 trained, 0 failed", "scored 5 partitions: 5 OK"],
    ["churn", "3 trained, 0 failed", "scored 3 partitions: 3 OK"],
    ["sensor-anomalies", "6 trained, 0 failed", "scored 6 partitions: 6 OK"],
    ["hierarchy", "1 trained, 0 failed", "Reconciled 12 leaves and 5 sums over 14 steps by wls-var"],
  ])("the guide's %s", async (name, trained, scored) => {
    const folder = path.join(await temporaryFolder(), name);
    await cp(path.join(root, "examples", name), folder, {
      recursive: true,
      filter: (file) => !/\.manymodel|\.csv$/.test(file),
    });
    await mkdir(path.join(folder, "node_modules"));
    await symlink(root, path.join(folder, "node_modules", "manymodel"));
    const guide = await readFile(path.join(root, "docs", "guide.md"), "utf8");
    const [, script] = guide.match(new RegExp(`<!-- run: ${name} -->\n\`\`\`sh\n([\\s\\S]*?)\`\`\``))!;
    const { status, stdout, stderr } = await shell(folder, script!);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain(trained);
    expect(stdout).toContain(scored);
  });

  it("every example that has a loop", async () => {
    const examples = (await readdir(path.join(root, "examples"))).filter((name) =>
      existsSync(path.join(root, "examples", name, "loop.js")),
    );
    expect(examples).toContain("sku-demand");
    for (const name of examples) {
      const folder = path.join(await temporaryFolder(), name);
      await cp(path.join(root, "examples", name), folder, {
        recursive: true,
        filter: (file) => !file.includes(".manymodel"),
      });
      await mkdir(path.join(folder, "node_modules"));
      await symlink(root, path.join(folder, "node_modules", "manymodel"));
      const { status, stdout, stderr } = await shell(folder, "manymodel setup --series 20 --days 200 && node loop.js");
      expect(status, `${name}: ${stderr}`).toBe(0);
      expect(stdout).toContain("20 models, 0 failures");
      expect(stdout).toContain("20 of 20 partitions scored into FORECAST_RESULTS");
    }
  });
});
