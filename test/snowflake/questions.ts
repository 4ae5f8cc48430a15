import { ManyModel } from "manymodel";
import { parseConfig } from "../../src/config/load.ts";
import type { SnowflakeAddress } from "../../src/core/snowflake-address.ts";
import { workspaceNames } from "../../src/engines/snowflake/names.ts";
import { openSession } from "../../src/engines/snowflake/session.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { body, dailyQuery, fillDaily, fillTable } from "../workspace.ts";

/** A workspace of an account to try something in. */
export interface Asked {
  readonly engine: Engine;
  readonly address: SnowflakeAddress;
}

/** Something that only an account can tell: a trial, and what it found. It fails where the engine depends on the answer. */
export interface Question {
  readonly name: string;
  /** Whether it needs a compute pool and an image. */
  readonly inContainers?: true;
  ask(asked: Asked): Promise<string>;
}

async function workspace(engine: Engine): Promise<ManyModel> {
  return new ManyModel({ ...(await parseConfig("engine: snowflake", "f")), file: "f", directory: "." }, engine);
}

async function trained({ engine }: Asked, mode: "tasks" | "queue"): Promise<string> {
  const mm = await workspace(engine);
  await fillDaily(mm, 6, 10);
  const began = Date.now();
  const { runId, index } = await mm
    .foreachPartition("unit_id")
    .dopar(body("slow"), { dataQuery: dailyQuery, chunksPerJob: 3, mode, exports: { ms: 1 } });
  if (index.succeeded !== 6) throw new Error(`${index.failed} of 6 partitions failed`);
  const attempts = (await engine.queue.chunks(runId)).map(({ attempt }) => attempt);
  return `6 models in ${Date.now() - began} ms, attempts ${attempts.join(", ")}`;
}

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
      const { offsets } = await engine.tables.read(snapshot, [0, 1, 2]);
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
      const { columns: read } = await engine.tables.published("TIMES", null, ["ID", "AT"]);
      if (read.AT?.values[0] !== time) throw new Error(`${read.AT?.values[0]} instead of ${time}`);
      return new Date(time).toISOString();
    },
  },
  {
    name: "a serverless task graph runs a job service with REPLICAS, QUERY_WAREHOUSE and COMMENT, in this order",
    inContainers: true,
    ask: (asked) => trained(asked, "tasks"),
  },
  {
    name: "an asynchronous job service's replicas read their token, and see and load files through the mount",
    inContainers: true,
    ask: (asked) => trained(asked, "queue"),
  },
  {
    name: "a job of a run that is not there ends, and says so; how often its replicas were started again",
    inContainers: true,
    async ask({ engine }) {
      const [jobs, objects] = [engine.jobs!, engine.objects!];
      try {
        await jobs.launch("none", "queue", 1);
        for (;;) {
          const [job] = await jobs.jobs("none");
          if (job?.state !== "running") return `${job?.state}: ${job?.details.join("; ")}`;
          await new Promise((resolve) => setTimeout(resolve, 1000));
        }
      } finally {
        await objects.remove(await objects.list("none"));
      }
    },
  },
];
