import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect, type ManyModel } from "manymodel";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { body, dailyQuery, fillDaily } from "../../workspace.ts";
import { type PostgresServer, startPostgres, whyNoPostgres } from "../postgres-server.ts";

/** Number of bits to flip: 1,000 by `npm run test:flips`. */
const FLIPS = Number(process.env.MANYMODEL_FLIPS ?? 10);
const reason = whyNoPostgres();
const SCHEMA = "rot";

/** A stored value: its table, its row, and its column or the element of an array that it has. */
interface Place {
  readonly table: string;
  readonly row: string;
  readonly value: string;
  readonly type: string;
}

describe.skipIf(reason !== undefined)(`rows that were altered${reason === undefined ? "" : ` (${reason})`}`, () => {
  let server: PostgresServer;
  let folder: string;
  let file: string;
  const ask = (sql: string) => server.sql(`SET bytea_output = hex; SET search_path TO ${SCHEMA}; ${sql}`);
  const lines = (sql: string) => ask(sql).split("\n").filter(Boolean);
  const train = (mm: ManyModel, modelRunId: string) =>
    mm
      .foreachPartition("unit_id")
      .dopar(body("average"), { dataQuery: dailyQuery, chunksPerJob: 3, workers: 1, modelRunId });
  /** Opens the workspace as a new process sees it. */
  async function reopened(): Promise<ManyModel> {
    const mm = await connect(file);
    onTestFinished(() => mm.close());
    return mm;
  }
  const verified = async () => {
    const mm = await connect(file);
    try {
      const { runs, stored } = await mm.verify();
      return [...runs, stored!].flatMap(({ problems }) => problems);
    } finally {
      await mm.close();
    }
  };

  /** Returns the tables of rows, and of snapshots. */
  const tables = () =>
    lines(
      `SELECT relname FROM pg_class WHERE relnamespace = '${SCHEMA}'::regnamespace AND relkind = 'r'
       AND (relname LIKE '%$rows' OR relname LIKE 'mm$snapshot\\_%') ORDER BY 1`,
    );
  const snapshotTable = () => tables().find((name) => name.startsWith("mm$snapshot_"))!;

  beforeAll(async () => {
    server = startPostgres();
    folder = await mkdtemp(path.join(tmpdir(), "manymodel-test-"));
    file = path.join(folder, "manymodel.yaml");
    await writeFile(file, `engine: postgres\npostgres: { url: "${server.url()}", schema: ${SCHEMA} }\n`);
    const mm = await connect(file);
    await fillDaily(mm, 12, 9);
    await train(mm, "old");
    await mm.models.register({ run: "old", model: "M", version: "V1", horizon: 2 });
    await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES" });
    await mm.close();
  });
  afterAll(async () => {
    server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Alters something, sees what is said of it, and puts it back. */
  async function whileAltered<T>(change: string, back: string, look: () => Promise<T>): Promise<T> {
    ask(change);
    try {
      return await look();
    } finally {
      ask(back);
    }
  }

  it("are named, and not used, where data are pinned again or a chunk is read", async () => {
    expect(await verified()).toEqual([]);
    const table = snapshotTable();
    const message = `${SCHEMA}"?\\.mm\\$snapshot_\\w+ was changed after it was written; its checksum differs`;
    const set = (value: number) => `UPDATE "${table}" SET c2[3] = c2[3] + ${value} WHERE p = 5`;
    await whileAltered(set(1), set(-1), async () => {
      const mm = await reopened();
      await expect(train(mm, "new")).rejects.toThrow(new RegExp(`${message}; DROP TABLE .*train again`));
      const run = (await mm.runs.get("old")).manifest!;
      await expect(mm.engine.source.read(run.snapshot, [5])).rejects.toThrow(new RegExp(message));
      expect((await mm.engine.source.read(run.snapshot, [4])).batch.length).toBe(9);
      expect((await mm.runs.verify("old")).problems).toEqual([expect.stringMatching(message)]);
    });
    const rename = (from: string, to: string) => `UPDATE "${table}" SET k0 = '${to}' WHERE k0 = '${from}'`;
    const [key] = lines(`SELECT k0 FROM "${table}" WHERE p = 2`);
    await whileAltered(rename(key!, "other"), rename("other", key!), async () => {
      const { snapshot } = (await (await reopened()).runs.get("old")).manifest!;
      const { source } = (await reopened()).engine;
      await expect(source.keys(snapshot, 0, 12)).rejects.toThrow(new RegExp(message));
      await expect(source.locate(snapshot, [[key!]])).rejects.toThrow(new RegExp(message));
    });
  });

  it("are named where a table is pinned, or forecasts are read", async () => {
    for (const [table, column] of [
      ["sales", "y"],
      ["forecast_results", "forecast"],
    ]) {
      const set = (value: number) =>
        `UPDATE "${table}$rows" SET ${column} = ${column} + ${value} WHERE ctid = (SELECT max(ctid) FROM "${table}$rows")`;
      const { source, output } = (await reopened()).engine;
      await whileAltered(set(1), set(-1), async () => {
        const reading =
          table === "sales"
            ? source.snapshot({ table: "SALES", keyColumns: ["UNIT_ID"], orderBy: ["OBS_DATE"], columns: ["Y"] })
            : output.published("FORECAST_RESULTS", null, ["FORECAST"]);
        await expect(reading).rejects.toThrow(/part \d+ of .*\$rows" was changed after it was written/);
      });
    }
  });

  it("leave nothing unsaid to a whole verification", async () => {
    const places: Place[] = tables().flatMap((table) => {
      const columns = lines(
        `SELECT attname || '|' || format_type(atttypid, NULL) FROM pg_attribute
         WHERE attrelid = '"${table}"'::regclass AND attnum > 0 AND NOT attisdropped`,
      );
      const key = table.startsWith("mm$snapshot") ? "p" : "ctid";
      const rows = lines(`SELECT ${key} FROM "${table}" ORDER BY 1 LIMIT 40`);
      return columns.flatMap((column) => {
        const [name, type] = column.split("|") as [string, string];
        return rows.map((row) => ({
          table,
          row: `${key} = '${row}'`,
          value: type.endsWith("[]") ? `"${name}"[1]` : `"${name}"`,
          type: type.replace("[]", ""),
        }));
      });
    });
    let state = 20261129;
    const below = (n: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
    const silent: string[] = [];
    let flips = 0;
    while (flips < FLIPS) {
      const place = places[below(places.length)]!;
      const { table, row, value, type } = place;
      const [before] = lines(`SELECT quote_literal(${value}::text) FROM "${table}" WHERE ${row}`);
      const after = flipped(before, type, below);
      if (before === undefined || after === undefined || after === before) continue;
      try {
        ask(
          `CREATE TABLE public.before AS SELECT * FROM "${table}"; UPDATE "${table}" SET ${value} = ${after} WHERE ${row}`,
        );
      } catch (error) {
        // SQL cannot make two partitions of one number.
        if (!String(error).includes("unique constraint")) throw error;
        continue;
      }
      flips++;
      if ((await verified()).length === 0) silent.push(`${table} ${value} of ${row}: ${before} to ${after}`);
      ask(
        `TRUNCATE "${table}"; INSERT INTO "${table}" SELECT * FROM public.before ORDER BY ctid; DROP TABLE public.before`,
      );
    }
    expect(silent).toEqual([]);
  });
});

/** Returns a literal with one bit of its value flipped; undefined if that is no value of the type. */
function flipped(literal: string | undefined, type: string, below: (n: number) => number): string | undefined {
  if (literal === undefined || literal === "") return undefined;
  const text = literal.replace(/^E?'|'$/g, "");
  if (type === "boolean") return text === "true" ? "false" : "true";
  if (type === "integer") return String(Number(text) ^ (1 << below(31)));
  if (type === "bigint") return String(BigInt.asIntN(64, BigInt(text) ^ (1n << BigInt(below(63)))));
  if (type === "date") return `${literal}::date + ${1 << below(12)}`;
  if (/^timestamp/.test(type)) return `${literal}::timestamp + ${2 ** below(40)} * interval '1 microsecond'`;
  if (type === "double precision") {
    const bits = new DataView(new ArrayBuffer(8));
    bits.setFloat64(0, Number(text));
    const at = below(8);
    bits.setUint8(at, bits.getUint8(at) ^ (1 << below(8)));
    return `'${Object.is(bits.getFloat64(0), -0) ? "-0" : bits.getFloat64(0)}'::float8`;
  }
  if (type === "bytea") return `set_bit(${literal}::bytea, 0, 1 - get_bit(${literal}::bytea, 0))`;
  const bytes = Buffer.from(text);
  if (bytes.length === 0) return undefined;
  bytes[below(bytes.length)]! ^= 1 << below(7);
  const changed = bytes.toString("utf8");
  return Buffer.from(changed).equals(bytes) && !/[\0'\\]/.test(changed) ? `'${changed}'` : undefined;
}
