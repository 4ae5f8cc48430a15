import { ManyModel } from "manymodel";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { parseConfig } from "../../src/config/load.ts";
import type { SnowflakeAddress } from "../../src/core/snowflake-address.ts";
import { workspaceNames } from "../../src/engines/snowflake/names.ts";
import { openSession } from "../../src/engines/snowflake/session.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { dailyQuery, fillDaily, fillTable, runRows } from "../workspace.ts";

/** A workspace of an account to try something in. */
export interface Asked {
  readonly engine: Engine;
  readonly address: SnowflakeAddress;
}

/** Something that only an account can tell: a trial, and what it found. It fails where the engine depends on the answer. */
export interface Question {
  readonly name: string;
  /** True if it needs a compute pool and an image. */
  readonly inContainers?: true;
  /** The reason why only an account can answer. */
  readonly onAccount?: string;
  ask(context: Asked): Promise<string>;
}

/** Returns a workspace of an engine, with further lines of a configuration. */
export async function workspace(engine: Engine, yaml = ""): Promise<ManyModel> {
  const config = await parseConfig(`engine: snowflake\n${yaml}`, "f");
  return new ManyModel({ ...config, file: "f", directory: "." }, engine);
}

/** The configured source that `fillDaily` fills. */
export const DAILY = "source: { table: SALES, partition_by: UNIT_ID, order_by: OBS_DATE }";

/** The questions that need no containers. */
export const QUESTIONS: readonly Question[] = [
  {
    name: "an UPDATE that waited for a row compares again once the row is free",
    async ask({ engine, address }) {
      await engine.queue.enqueue("q", [{ chunk: 1, partitions: 1, priority: 0 }]);
      const [first, second] = [openSession(address), openSession(address)];
      const { chunks } = workspaceNames(address);
      const update = `UPDATE ${chunks} SET ATTEMPT = ATTEMPT + 1 WHERE RUN_ID = ? AND CHUNK = ? AND ATTEMPT = ?`;
      try {
        let waiting: Promise<number> | undefined;
        await first.transaction(async (transaction) => {
          await transaction.change(update, ["q", 1, 0]);
          waiting = second.change(update, ["q", 1, 0]);
          // Time for it to be waiting; either answer is right, so that no more depends on it.
          await new Promise((resolve) => setTimeout(resolve, 500));
        });
        return `${await waiting} rows were changed by the one that waited (0: it compared again)`;
      } finally {
        await Promise.all([first.close(), second.close()]);
        await engine.queue.forget("q");
      }
    },
  },
  {
    name: "a COPY to a stage inside a transaction sees what the transaction has written",
    async ask({ engine, address }) {
      const [session, names] = [openSession(address), workspaceNames(address)];
      const lock = names.of("MM_WANTED");
      try {
        const rows = await session.transaction(async (transaction) => {
          await transaction.change(`INSERT INTO ${lock} (ID, WANTED, WRITTEN_AT) SELECT ?, ?, SYSDATE()`, ["q", "x"]);
          const [[count] = []] = await transaction.rows(
            `COPY INTO ${names.location("questions/rows.parquet")} FROM (SELECT WANTED FROM ${lock} WHERE ID = 'q')
      FILE_FORMAT = (TYPE = PARQUET) SINGLE = TRUE OVERWRITE = TRUE MAX_FILE_SIZE = 5000000000 HEADER = TRUE`,
          );
          return count;
        });
        return `${rows} rows were written (1: it sees them)`;
      } finally {
        await session.change(`DELETE FROM ${lock} WHERE ID = ?`, ["q"]);
        await session.close();
        await engine.stage.remove("questions/");
      }
    },
  },
  {
    name: "COPY with PARTITION BY names folders as the snapshot looks for them",
    async ask({ engine }) {
      const mm = await workspace(engine);
      await fillDaily(mm, 3, 4);
      const snapshot = await mm.snapshot(dailyQuery);
      const { offsets } = await engine.source.read(snapshot, [0, 1, 2]);
      if (offsets.at(-1) !== 12) throw new Error(`${offsets.at(-1)} of 12 rows were found in the snapshot's files`);
      return (await engine.stage.list(`snapshots/${snapshot.id}/`)).join(", ");
    },
  },
  {
    name: "times that were written as Parquet are read as TIMESTAMP_NTZ to the microsecond",
    async ask({ engine }) {
      const time = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
      const columns = [
        { name: "ID", type: "string" },
        { name: "AT", type: "timestamp" },
      ] as const;
      await fillTable(await workspace(engine), "TIMES", [...columns], [["a", time]]);
      const { columns: read } = await engine.output.published("TIMES", null, ["ID", "AT"]);
      if (read.AT?.values[0] !== time) throw new Error(`${read.AT?.values[0]} instead of ${time}`);
      return new Date(time).toISOString();
    },
  },
  {
    name: "a transaction that does nothing while another waits for it is undone, as that of a killed process is to be",
    async ask({ address }) {
      const [idle, waiting, names] = [openSession(address), openSession(address), workspaceNames(address)];
      const lock = `UPDATE ${names.of("MM_LOCK")} SET HOLDER = ?`;
      let waited = 0;
      try {
        await idle
          .transaction(async (transaction) => {
            await transaction.change(lock, ["idle"]);
            const began = Date.now();
            if ((await waiting.change(lock, ["waiting"])) !== 1) throw new Error("there is no lock to wait for");
            waited = Date.now() - began;
          })
          // What was undone cannot be committed.
          .catch(() => {});
        const [[holder] = []] = await waiting.rows(`SELECT HOLDER FROM ${names.of("MM_LOCK")}`);
        if (waited === 0 || holder !== "waiting") throw new Error(`the lock is held by ${holder}`);
        return `it went on after ${waited} ms`;
      } finally {
        await Promise.all([idle.close(), waiting.close()]);
      }
    },
  },
  {
    name: "a warehouse's functions give the models of this machine to the bit, exp, log and pow included",
    async ask({ engine, address }) {
      await fillDaily(await workspace(engine), 6, 60);
      const inside = openSnowflakeEngine({ ...address, compute: "warehouse", scoring: "warehouse" });
      try {
        const [here, there] = await Promise.all(
          ([engine, inside] as const).map(async (one) => {
            const mm = await workspace(one, DAILY);
            const { runId } = await mm.train("ets", { mode: "local" });
            const rows = await runRows(mm, runId);
            return rows.map(({ fitMs: _, attempt: __, ...row }) => JSON.stringify(row));
          }),
        );
        const differing = (here ?? []).filter((row, i) => row !== there?.[i]).length;
        return `${differing} of ${here?.length} models differ`;
      } finally {
        await inside.close();
      }
    },
  },
  {
    name: "engine check can see what the role may do; what it says is missing",
    async ask({ engine }) {
      const { privileges, features } = await engine.describe!();
      const missing = privileges.flatMap(({ granted, advice }) => (granted ? [] : [advice]));
      const lacking = features!.flatMap(({ ok, detail }) => (ok ? [] : [detail]));
      return [...missing, ...lacking].join("; ") || "nothing is missing";
    },
  },
];
