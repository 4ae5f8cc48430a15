import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { connect, type ManyModel } from "manymodel";
import { describe, expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../../src/engines/local/database.ts";
import { body, dailyQuery, fillDaily, openWorkspace } from "../../workspace.ts";

/** Number of bits to flip: 1,000 by `npm run test:flips`. */
const FLIPS = Number(process.env.MANYMODEL_FLIPS ?? 30);

const workspaceOf = (mm: ManyModel) => path.join(mm.config.directory, ".manymodel");

/** Trains, registers and scores a few series, so that there is a file of every kind. */
async function filled(): Promise<ManyModel> {
  const mm = await openWorkspace("local");
  await fillDaily(mm, 12, 9);
  await train(mm, "old");
  await mm.models.register({ run: "old", model: "M", version: "V1", horizon: 2 });
  await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES" });
  return mm;
}

const train = (mm: ManyModel, modelRunId: string) =>
  mm
    .foreachPartition("unit_id")
    .dopar(body("average"), { dataQuery: dailyQuery, chunksPerJob: 3, workers: 1, modelRunId });

/** Opens the same workspace as a new process sees it. */
async function reopened(mm: ManyModel): Promise<ManyModel> {
  const again = await connect(path.join(mm.config.directory, "manymodel.yaml"));
  onTestFinished(() => again.close());
  return again;
}

/** Returns every file of a folder, below it. */
function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
}

function flip(file: string, bit: number): void {
  const bytes = readFileSync(file);
  const at = bit % (8 * bytes.length);
  bytes[at >> 3]! ^= 1 << (at & 7);
  writeFileSync(file, bytes);
}

describe("a file that was altered", () => {
  it("is named, and not used, where data are pinned again", async () => {
    const mm = await filled();
    const [data] = filesIn(path.join(workspaceOf(mm), "snapshots")).filter((file) => file.endsWith("data.parquet"));
    flip(data!, 8 * 300);
    const message = `${data} was changed after it was written; its checksum differs; delete ${path.dirname(data!)}, and train again`;
    await expect(train(await reopened(mm), "new")).rejects.toThrow(message);
    const { problems } = await mm.runs.verify("old");
    expect(problems).toEqual([`${data} was changed after it was written; its checksum differs`]);
  });

  it("is named where a table is read", async () => {
    const mm = await filled();
    for (const table of ["SALES", "FORECAST_RESULTS"]) {
      const [part] = filesIn(path.join(workspaceOf(mm), "tables", table));
      flip(part!, 8 * 60);
      const again = await reopened(mm);
      const reading = again.tables.query(`SELECT * FROM ${table}`);
      await expect(reading).rejects.toMatchObject({ kind: "corrupt", message: expect.stringContaining(part!) });
    }
  });

  it("does not stop a query of other runs, which names it", async () => {
    const mm = await filled();
    const { runId } = await train(mm, "new");
    const segment = path.join(workspaceOf(mm), "stage", "runs", "old", "chunks", "0001", "1", "segment.parquet");
    const count = async () => {
      const again = await reopened(mm);
      return again.tables.query("SELECT RUN_ID, count(*) AS N FROM TRAINING_RESULTS GROUP BY 1");
    };
    for (const damage of [() => flip(segment, 8 * 40), () => truncateSync(segment, 900), () => rmSync(segment)]) {
      damage();
      const { rows, notes } = await count();
      expect(rows).toEqual([[runId, 12]]);
      expect(notes).toEqual([
        expect.stringMatching(
          /^run old is left out, because .*segment\.parquet (was changed|is missing).*run delete old$/,
        ),
      ]);
    }
    const lost = (await reopened(mm)).tables.query("SELECT UNIT_ID FROM MODEL_INDEX WHERE RUN_ID = 'old'");
    expect((await lost).notes).toHaveLength(1);
    await mm.models.remove("M", "V1");
    await mm.runs.delete("old");
    expect((await count()).notes).toBeUndefined();
  });

  it("leaves nothing unsaid to a whole verification", async () => {
    const mm = await filled();
    await mm.close();
    const workspace = workspaceOf(mm);
    const verify = async () => {
      try {
        const again = await connect(path.join(mm.config.directory, "manymodel.yaml"));
        try {
          const { runs, stored } = await again.verify();
          return [...runs, stored!].flatMap(({ problems }) => problems);
        } finally {
          await again.close();
        }
      } catch (error) {
        return [String(error)];
      }
    };
    expect(await verify()).toEqual([]);
    const kinds = /\.(parquet|json|mjs|bin)$/;
    const files = filesIn(workspace).filter((file) => kinds.test(file));
    let state = 20261129;
    const silent: string[] = [];
    for (let i = 0; i < FLIPS; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const file = files[i % files.length]!;
      const before = readFileSync(file);
      flip(file, state % (8 * statSync(file).size));
      if ((await verify()).length === 0) silent.push(`${path.relative(workspace, file)} bit ${state}`);
      writeFileSync(file, before);
    }
    expect(silent).toEqual([]);
  });
});

it("a damaged database is refused in one line that names the remedy", async () => {
  const mm = await filled();
  const file = path.join(workspaceOf(mm), "manymodel.db");
  await mm.close();
  // Nothing is left in the log beside the database, which would stand in for what is flipped.
  const db = openDatabase(file);
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  db.close();
  const rounds = Math.ceil(FLIPS / 5);
  const before = readFileSync(file);
  let state = 7;
  const messages: string[] = [];
  for (let i = 0; i < rounds; i++) {
    const bytes = Buffer.from(before);
    for (let flips = 0; flips < 40; flips++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      // Not the first page's header, which says that it is a database of this version.
      const at = 100 + (state % (8 * (bytes.length - 100))) / 8;
      // Never the highest bit: the driver (libsql) aborts the process where a text is no UTF-8 any more.
      bytes[at | 0]! ^= 1 << ((state >>> 29) % 7);
    }
    writeFileSync(file, bytes);
    try {
      const again = await connect(path.join(mm.config.directory, "manymodel.yaml"));
      try {
        messages.push(...(await again.verify()).stored!.problems);
        await again.runs.list();
        await again.models.find("M");
        await again.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES" });
      } finally {
        await again.close();
      }
    } catch (error) {
      messages.push(String((error as Error).message));
    }
  }
  writeFileSync(file, before);
  expect(messages.length).toBeGreaterThanOrEqual(rounds);
  expect(messages.filter((line) => /\n|JSON|position \d|undefined|not a function/.test(line))).toEqual([]);
});

it("collects garbage even if the index of a run is gone", async () => {
  const mm = await filled();
  rmSync(path.join(workspaceOf(mm), "stage", "runs", "old", "model_index.json"));
  expect(await mm.garbage({ olderThan: "1ms", delete: true })).toEqual([
    { what: "unreadable", run: "old", why: expect.stringMatching(/^runs\/old\/model_index\.json is not on the stage/) },
  ]);
  await train(mm, "new");
  await expect(mm.runs.delete("old")).rejects.toThrow("version M V1 uses run old; delete the version first");
  await mm.models.remove("M", "V1");
  await mm.runs.delete("old");
  expect((await mm.runs.list()).map(({ runId }) => runId)).toEqual(["new"]);
});

it("names columns of a table that a flipped bit left readable", async () => {
  const mm = await filled();
  const db = openDatabase(path.join(workspaceOf(mm), "manymodel.db"));
  db.exec(`UPDATE tables SET columns = replace(columns, '"name"', '"oame"') WHERE name = 'SALES'`);
  db.close();
  await expect((await reopened(mm)).engine.source.columns("SALES")).rejects.toMatchObject({
    kind: "corrupt",
    message: expect.stringContaining("what is known of a table's columns is damaged"),
  });
});
