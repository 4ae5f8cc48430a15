import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { engineContract } from "manymodel/contract";
import { openLocalEngine } from "manymodel/engines/local";
import { afterAll, beforeAll, describe, it } from "vitest";

describe("local engine", () => {
  let folder: string;
  let opened = 0;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "manymodel-test-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const open = () => openLocalEngine(path.join(folder, String(opened++)));
  engineContract({ describe, it }, open);
});
