import { writeFile } from "node:fs/promises";
import path from "node:path";
import { connect } from "manymodel";
import { describe, expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../../src/engines/postgres/database.ts";
import { readPartitions, takeSnapshot } from "../../../src/engines/postgres/snapshot.ts";
import { SnapshotChecks } from "../../../src/engines/postgres/snapshot-checksums.ts";
import { TableStore } from "../../../src/engines/postgres/table-store.ts";
import { body, runRows, temporaryFolder } from "../../workspace.ts";
import { startPostgres, whyNoPostgres } from "../postgres-server.ts";

const reason = whyNoPostgres();
const QUERY = { table: "big", keyColumns: ["k"], orderBy: ["t"] };

describe.skipIf(reason !== undefined)("a partition that is larger than the database can hold", () => {
  it.each([false, true])(
    "has no rows, and says why; the others are as they were (leavesOut: %s)",
    async (leavesOut) => {
      const server = startPostgres();
      onTestFinished(() => server.stop());
      server.sql(`CREATE TABLE big AS SELECT k, t, t + 0.5 AS y, repeat('x', CASE k WHEN 'B' THEN 100 ELSE 1 END) AS note
      FROM unnest('{A,B,C}'::text[]) AS k, generate_series(1, 8) AS t`);
      const db = openDatabase({ url: server.url(), schema: "lab" } as never, { connections: 1, patient: false });
      onTestFinished(() => db.close());
      const parts = { store: new TableStore(db), checks: new SnapshotChecks(db.schema) };
      const all = await takeSnapshot(db, parts, QUERY);
      expect(all).toMatchObject({ partitions: 3, rows: 24 });
      await db.run(`DELETE FROM ${db.schema}.mm$snapshots`);
      await db.run(`DROP TABLE ${db.schema}.mm$snapshot_${all.id}`);
      // Eight rows of 12 bytes for t and y, and 7 and its own for a text: 256 bytes, and 1,048 of B.
      const snapshot = await takeSnapshot(db, { ...parts, largest: 1000, leavesOut }, QUERY);
      expect(snapshot).toMatchObject({ id: all.id, partitions: 3, rows: 16 });
      const { batch, offsets, refused } = await readPartitions(db, snapshot, [0, 1, 2]);
      expect(Array.from(offsets)).toEqual([0, 8, 8, 16]);
      expect(batch.columns.y?.values).toEqual(
        Float64Array.of(...[1, 1].flatMap(() => [1, 2, 3, 4, 5, 6, 7, 8].map((t) => t + 0.5))),
      );
      expect([...(refused ?? [])]).toEqual([[1, expect.stringContaining("more than PostgreSQL holds of a partition")]]);
    },
  );

  // 1.1 GB of texts: a minute and more.
  it.skipIf(process.env.MANYMODEL_LARGE === undefined)(
    "costs that partition alone (MANYMODEL_LARGE=1)",
    async () => {
      const server = startPostgres();
      onTestFinished(() => server.stop());
      // Compressed, a text of one letter takes a hundredth of itself.
      server.sql(`CREATE TABLE big AS SELECT k, t, t + 0.5 AS y, repeat('x', CASE k WHEN 'B' THEN 110000000 ELSE 1 END) AS note
      FROM unnest('{A,B,C}'::text[]) AS k, generate_series(1, 10) AS t`);
      const file = path.join(await temporaryFolder(), "manymodel.yaml");
      await writeFile(file, `engine: postgres\npostgres: { url: "${server.url()}", schema: lab }\n`);
      const mm = await connect(file);
      onTestFinished(() => mm.close());
      const dataQuery = { table: "big", keyColumn: "k", orderBy: ["t"] } as const;
      const run = await mm.foreachPartition("k").dopar(body("average"), { dataQuery, workers: 1 });
      expect(run.index).toMatchObject({ succeeded: 2, failed: 1 });
      const [, large] = await runRows(mm, run.runId);
      expect(large).toMatchObject({
        partitionKey: "s:B",
        errorType: "no-data",
        errorMessage: expect.stringMatching(/^cannot train k = "B": its rows take more than 1 GB/),
      });
    },
    600_000,
  );
});
