import { randomUUID } from "node:crypto";
import { engineContract } from "manymodel/contract";
import { memoryEngine } from "manymodel/engines/memory";
import { describe, it } from "vitest";

describe("memory engine", () => {
  const open = async () => memoryEngine(randomUUID());
  engineContract({ describe, it }, open, {
    tables: { noSql: "it has no SQL engine" },
    workers: { noIsolation: "its workers are the calling thread" },
  });
});
