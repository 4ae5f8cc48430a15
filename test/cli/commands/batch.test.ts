import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { CommandLine } from "../../command-line.ts";
import { temporaryFolder } from "../../workspace.ts";

it("batch exits with 1 where nothing was scored, and with 0 where a partition was", async () => {
  const folder = await temporaryFolder();
  const rows = Array.from({ length: 60 }, (_, i) => [i % 2 === 0 ? "A" : "B", i, (i * 7) % 11, i % 3 === 0 ? 1 : 0]);
  const table = (header: string, lines: readonly (readonly unknown[])[]) =>
    [header, ...lines.map((row) => row.join(","))].join("\n");
  await writeFile(path.join(folder, "known.csv"), table("SEGMENT,ID,CALLS,LEFT", rows));
  await writeFile(
    path.join(folder, "bad.csv"),
    table(
      "SEGMENT,ID,OTHER",
      rows.map((row) => row.slice(0, 3)),
    ),
  );
  await writeFile(
    path.join(folder, "new.csv"),
    table(
      "SEGMENT,ID,CALLS",
      rows.map((row) => row.slice(0, 3)),
    ),
  );
  await writeFile(
    path.join(folder, "manymodel.yaml"),
    `source: { table: known.csv, partition_by: SEGMENT, order_by: ID, target: LEFT }
model: { name: churn, options: { features: [CALLS] } }
train: { holdout: 0 }
`,
  );
  const commands = new CommandLine();
  await commands.json(folder, "train");
  await commands.json(folder, "register");
  const bad = await commands.run(folder, "batch", "--input", "bad.csv", "--json");
  expect(JSON.parse(bad.stdout)).toMatchObject({ partitions: 2, ok: 0, errors: 2 });
  expect(bad.status).toBe(1);
  expect((await commands.run(folder, "batch", "--input", "new.csv")).status).toBe(0);
});
