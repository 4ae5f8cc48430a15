/** The layout of the stage, in one place. All paths are relative, with `/` between their parts. */
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
  estimate: (id: string) => `estimates/${id}.json`,
  keyIndex: (run: string) => `runs/${run}/key_index.bin`,
  partitionTable: (run: string, indexSha256: string) => `runs/${run}/partitions/${indexSha256.slice(0, 16)}`,
  modelIndex: (run: string) => `runs/${run}/model_index.json`,
} as const;
