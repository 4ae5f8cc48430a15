import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  catalogContract,
  engineContract,
  leftoversContract,
  outputContract,
  queueContract,
  rosterContract,
  runViewsContract,
  sourceContract,
  tablesContract,
  versionsContract,
} from "manymodel/contract";
import { openPostgresEngine } from "manymodel/engines/postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkEngine } from "../../../src/check/check-engine.ts";
import { type PostgresServer, startPostgres, whyNoPostgres } from "../postgres-server.ts";

const reason = whyNoPostgres();

describe.skipIf(reason !== undefined)(`postgres engine${reason === undefined ? "" : ` (${reason})`}`, () => {
  let server: PostgresServer;
  let folder: string;
  let opened = 0;
  beforeAll(async () => {
    server = startPostgres();
    folder = await mkdtemp(path.join(tmpdir(), "manymodel-test-"));
  });
  afterAll(async () => {
    server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  /** Opens a schema of its own in the one database. */
  const openNamed = (name: (n: number) => string) => () => {
    const workspace = path.join(folder, String(opened));
    const schema = name(opened++);
    return openPostgresEngine({ url: server.url(), schema, stage: { url: path.join(workspace, "stage") }, workspace });
  };

  const open = openNamed((n) => `mm_${n}`);
  engineContract({ describe, it }, open);

  it("is created once, however many open it at the same time", async () => {
    const name = `mm_${opened}`;
    const engines = await Promise.all(
      Array.from(
        { length: 8 },
        openNamed(() => name),
      ),
    );
    expect(await Promise.all(engines.map(({ catalog }) => catalog.runs()))).toEqual(engines.map(() => []));
    await Promise.all(engines.map((engine) => engine.close()));
  });

  it("passes a check, and names missing rights of a role", async () => {
    const engine = await open();
    try {
      const items = await checkEngine(engine, { id: "x", now: Date.now });
      expect(items.filter(({ ok }) => !ok)).toEqual([]);
      expect(items[0]!.detail).toMatch(/^engine postgres, postgresql \d+\.\d+/);
      const { privileges } = await engine.describe!();
      expect(privileges.length).toBeGreaterThan(0);
      expect(privileges.every(({ granted }) => granted)).toBe(true);
    } finally {
      await engine.close();
    }
  });

  describe("in a schema with an odd name", () => {
    const odd = openNamed((n) => `Odd "Näme"; -- ${n}`);
    queueContract({ describe, it }, odd);
    rosterContract({ describe, it }, odd);
    catalogContract({ describe, it }, odd);
    versionsContract({ describe, it }, odd);
    for (const contract of [sourceContract, outputContract, tablesContract, runViewsContract, leftoversContract])
      contract({ describe, it }, odd);
  });
});
