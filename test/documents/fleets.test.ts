import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../src/config/load.ts";
import { MIN_KUBERNETES } from "../../src/fleets/kubernetes-job.ts";
import { CommandLine } from "../command-line.ts";
import { temporaryFolder } from "../workspace.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (name: string) => readFile(path.join(root, name), "utf8");
const configurations = async () =>
  [...(await read("docs/fleets.md")).matchAll(/<!-- config -->\n```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml!);

describe("the fleet examples of the documents", () => {
  it("is configuration as it may be", async () => {
    const examples = await configurations();
    expect(examples).toHaveLength(3);
    for (const yaml of examples) await parseConfig(yaml, "shown.yaml");
  });

  it("states the oldest Kubernetes that the manifest is valid for", async () => {
    expect(await read("docs/fleets.md")).toContain(`Kubernetes ${MIN_KUBERNETES} or newer`);
  });

  it("prints the submission to Slurm and to Kubernetes", async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, "sales.csv"), "sku,day,qty\nA,2026-01-01,1\nB,2026-01-01,2\n");
    const commandLine = new CommandLine();
    const run = async (args: readonly string[]) => {
      const { status, stdout, stderr } = await commandLine.run(folder, ...args);
      expect(status, stderr).toBe(0);
      return stdout;
    };
    const [, command] = (await read("docs/fleets.md")).match(/<!-- run: slurm -->\n```sh\nmanymodel (.*)\n```/)!;
    const printed: string[] = [];
    for (const yaml of (await configurations()).filter((example) => /launcher/.test(example))) {
      await writeFile(path.join(folder, "manymodel.yaml"), yaml.replace("/shared", path.join(folder, "shared")));
      if (printed.length === 0) await run(["import", "sales.csv", "--table", "SALES"]);
      printed.push(await run([...command!.split(" "), "--chunks", "2"]));
    }
    expect(printed[0]).toContain("#SBATCH --array=0-1%200\n");
    expect(printed[0]).toContain("\nmodule load nodejs/22\n");
    const job = parse(printed[1]!);
    expect(job.spec.completions).toBe(2);
    expect(job.spec.template.spec.containers[0].command[2]).toMatch(
      /exec manymodel task \S+ --launch \w+ .*--config \/etc\/manymodel\/manymodel\.yaml$/,
    );
  });

  it("is the arithmetic of scripts/scale.js", async () => {
    const { stdout } = spawnSync(process.execPath, [path.join(root, "scripts", "scale.js")], { encoding: "utf8" });
    expect(await read("docs/scale.md")).toContain(`<!-- scale -->\n${stdout}<!-- /scale -->`);
  });
});
