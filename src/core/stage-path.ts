import { ManymodelError, show } from "./errors.ts";

/** Returns the layout of the stage, in one place. All paths are relative, with `/` between their parts. */
const padded = (n: number) => String(n).padStart(4, "0");

export const stagePath = {
  definition: (sha256: string) => `definitions/${sha256}.mjs`,
  manifest: (run: string) => `runs/${run}/manifest.json`,
  keys: (run: string) => `runs/${run}/keys.json`,
  task: (run: string, chunk: number) => `runs/${run}/tasks/task_${padded(chunk)}.json`,
  attempt: (run: string, chunk: number, attempt: number) => `runs/${run}/chunks/${padded(chunk)}/${attempt}`,
  segment: (run: string, chunk: number, attempt: number) => `${stagePath.attempt(run, chunk, attempt)}/segment.parquet`,
  segmentManifest: (run: string, chunk: number, attempt: number) =>
    `${stagePath.attempt(run, chunk, attempt)}/manifest.json`,
  attemptFailure: (run: string, chunk: number, attempt: number) =>
    `${stagePath.attempt(run, chunk, attempt)}/failure.json`,
  fleet: (run: string) => `runs/${run}/fleet.json`,
  feeding: (run: string) => `runs/${run}/feeding.json`,
  launch: (run: string, launch: string) => `runs/${run}/launches/${launch}.json`,
  attributes: "attributes.json",
  /** Derived from `PARTITION_ATTRIBUTES` for the dashboard; may be deleted. */
  codedAttributes: "attributes.bin",
  sensorStates: "sensors/",
  sensorState: (version: string, partition: string) => `sensors/${version}/${partition}.json`,
  estimate: (id: string) => `estimates/${id}.json`,
  keyIndex: (run: string) => `runs/${run}/key_index.bin`,
  partitionTable: (run: string, indexSha256: string) => `runs/${run}/partitions/${indexSha256.slice(0, 16)}`,
  learnt: (run: string) => `runs/${run}/learnt.json`,
  modelIndex: (run: string) => `runs/${run}/model_index.json`,
} as const;

/**
 * Returns the parts of a path of the stage. @throws {ManymodelError} `usage` if it would lead out of the stage, or
 * nowhere
 */
export function stagePathParts(path: string): string[] {
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === ".." || /[\\\0]/.test(part)))
    throw new ManymodelError("usage", `${show(path)} is not a path of the stage`);
  return parts;
}
