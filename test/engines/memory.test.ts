import { randomUUID } from "node:crypto";
import {
  catalogContract,
  queueContract,
  rosterContract,
  stageContract,
  tablesContract,
  versionsContract,
  workersContract,
} from "manymodel/contract";
import { memoryEngine } from "manymodel/engines/memory";
import { describe, it } from "vitest";

describe("memory engine", () => {
  const open = async () => memoryEngine(randomUUID());
  stageContract({ describe, it }, open);
  queueContract({ describe, it }, open);
  rosterContract({ describe, it }, open);
  catalogContract({ describe, it }, open);
  versionsContract({ describe, it }, open);
  tablesContract({ describe, it }, open, { noSql: "it has no SQL engine" });
  workersContract({ describe, it }, open, { noIsolation: "its workers are the calling thread" });
});
