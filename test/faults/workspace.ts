import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { openLocalEngine } from "manymodel/engines/local";
import type { ModelIndex, PartitionOutcome } from "../../src/core/artifact.ts";
import { decodeSegment } from "../../src/core/segment.ts";
import type { Ground } from "./ground.ts";
import { startProcess } from "./processes.ts";

/** The place of a run, and its commands. */
export interface Site {
  /** The package's root. */
  readonly root: string;
  /** A folder for workspaces. */
  readonly folder: string;
  readonly partitions: number;
  /** The ground of the disturbed runs. */
  readonly ground: Ground;
}

/** The expected result of every run: the rows of an undisturbed run, as comparable text, by partition key. */
export type Reference = ReadonlyMap<string, string>;

const DAYS = 4;

export const binOf = ({ root }: Site) => path.join(root, "bin", "manymodel.js");

/** Makes a local workspace with data that are pinned already, to be copied, and trains it once undisturbed. */
export async function prepareSite(site: Site): Promise<Reference> {
  const template = path.join(site.folder, "template");
  await mkdir(template, { recursive: true });
  const rows = ["UNIT_ID,OBS_DATE,Y"];
  for (let unit = 0; unit < site.partitions; unit++)
    for (let day = 1; day <= DAYS; day++)
      rows.push(`U${String(unit).padStart(5, "0")},2024-01-0${day},${unit + day / 10}`);
  await writeFile(path.join(template, "sales.csv"), `${rows.join("\n")}\n`);
  const body = path.join(site.root, "test", "fixtures", "bodies", "seeded.ts");
  await writeFile(
    path.join(template, "manymodel.yaml"),
    `source: { table: SALES, partition_by: UNIT_ID, order_by: [UNIT_ID, OBS_DATE] }
model: { name: ${JSON.stringify(body)}, options: { exit: U00111 } }
train: { workers: 2 }
`,
  );
  await succeed(site, template, "import", "sales.csv", "--table", "SALES");
  const undisturbed = path.join(site.folder, "undisturbed");
  await cp(template, undisturbed, { recursive: true });
  await succeed(site, undisturbed, "train", "--run-id", "r", "--chunks", "4");
  await cp(path.join(undisturbed, ".manymodel", "snapshots"), path.join(template, ".manymodel", "snapshots"), {
    recursive: true,
  });
  const engine = await openLocalEngine(path.join(undisturbed, ".manymodel"));
  const bytes = await engine.stage.get("runs/r/model_index.json");
  const index = JSON.parse(new TextDecoder().decode(bytes)) as ModelIndex;
  const reference = new Map<string, string>();
  for (const { path: name } of index.segments)
    for (const row of await decodeSegment(await engine.stage.get(name), name))
      reference.set(row.partitionKey, comparable(row));
  await engine.close();
  if (reference.size !== site.partitions) throw new Error(`the undisturbed run has ${reference.size} partitions`);
  return reference;
}

/** Makes a fresh copy of the workspace, on request with nothing pinned yet. */
export async function copyWorkspace({ folder, ground }: Site, name: string, unpinned: boolean): Promise<string> {
  const copy = path.join(folder, name);
  await ground.copy(path.join(folder, "template"), copy, unpinned);
  return copy;
}

/** Runs a command that must succeed. */
export async function succeed(site: Site, folder: string, ...args: string[]): Promise<void> {
  const done = startProcess(binOf(site), folder, args, site.ground.environment);
  await done.ended;
  if (done.code() !== 0) throw new Error(`manymodel ${args.join(" ")}: ${done.stderr()}`);
}

/** Returns a row without its time and attempt. */
export function comparable({ fitMs: _, attempt: __, key, ...row }: PartitionOutcome): string {
  return JSON.stringify([key.map(String), row]);
}
