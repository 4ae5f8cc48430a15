import { workspaceNames } from "../../src/engines/snowflake/names.ts";
import type { ListedRow, Session } from "../../src/engines/snowflake/session.ts";
import { openSession } from "../../src/engines/snowflake/session.ts";
import { jobStatements, MOUNT, specification } from "../../src/engines/snowflake/sql/jobs.ts";
import { runComment } from "../../src/engines/snowflake/sql/run-objects.ts";
import { body, dailyQuery, fillDaily } from "../workspace.ts";
import { type Asked, type Question, workspace } from "./questions.ts";

async function trained({ engine }: Asked, mode: "tasks" | "queue", name = "slow"): Promise<string> {
  const mm = await workspace(engine);
  await fillDaily(mm, 6, 10);
  const began = Date.now();
  const { runId, index } = await mm
    .foreachPartition("unit_id")
    .dopar(body(name), { dataQuery: dailyQuery, chunksPerJob: 3, mode, exports: { ms: 1 } });
  if (index.succeeded !== 6) throw new Error(`${index.failed} of 6 partitions failed`);
  const attempts = (await engine.queue.chunks(runId)).map(({ attempt }) => attempt);
  return `6 models in ${Date.now() - began} ms, attempts ${attempts.join(", ")}`;
}

const POLL_MS = 1000;
const pause = () => new Promise((resolve) => setTimeout(resolve, POLL_MS));

/** Returns the number of restarts of the schema's containers by the account, by service, while work lasts. */
async function restartsDuring(session: Session, schema: string, work: Promise<unknown>) {
  const restarts = new Map<string, number>();
  let over = false;
  const look = async () => {
    while (!over) {
      for (const { name } of await session.records(`SHOW SERVICES IN SCHEMA ${schema}`, 1000)) {
        const containers = await session
          .records(`SHOW SERVICE CONTAINERS IN SERVICE ${schema}.${name}`, 1000)
          // It may have ended and been removed meanwhile.
          .catch((): readonly ListedRow[] => []);
        const most = Math.max(0, ...containers.map(({ restart_count }) => Number(restart_count)));
        restarts.set(String(name), Math.max(restarts.get(String(name)) ?? 0, most));
      }
      await pause();
    }
  };
  const looking = look();
  await work.finally(() => {
    over = true;
  });
  await looking;
  return restarts;
}

/** Returns the row of a query that the image's command line asks in a container, with the service's own token. */
async function queryInContainer({ engine, address }: Asked, query: string): Promise<unknown[]> {
  const { account, role, warehouse, database, schema, stage, endpoint, service } = address;
  const [session, names] = [openSession(address), workspaceNames(address)];
  const sql = jobStatements(names, address, { ...service!, replicas: 1 });
  const snowflake = { account, role, warehouse, database, schema, stage, authentication: "oauth", ...endpoint };
  const config = "questions/asked.yaml";
  await engine.stage.put(config, new TextEncoder().encode(JSON.stringify({ engine: "snowflake", snowflake })));
  const spec = specification(names, service!, { args: ["sql", query, "--json", "--config", `${MOUNT}/${config}`] });
  try {
    await session.rows(sql.execute("MM_ASKED_1", runComment("asked"), spec));
    for (;;) {
      const [job] = await session.records(sql.services("MM_ASKED"), 1);
      if (/DONE|FAILED|CANCEL|DELET|INTERNAL_ERROR/.test(String(job?.status))) {
        const logs = `SELECT SYSTEM$GET_SERVICE_LOGS('${database}.${schema}.MM_ASKED_1', '0', 'worker', 1000)`;
        const log = String((await session.rows(logs))[0]?.[0]);
        const printed = /\{\s*"columns"[\s\S]*?"truncated"[^}]*\}/.exec(log)?.[0];
        if (printed === undefined) throw new Error(`the container ended ${job?.status}: ${log.slice(-2000)}`);
        return (JSON.parse(printed) as { rows: unknown[][] }).rows[0]!;
      }
      await pause();
    }
  } finally {
    await engine.objects!.remove(await engine.objects!.list("asked"));
    await session.close();
  }
}

/** The questions to an account's container services. */
export const CONTAINER_QUESTIONS: readonly Question[] = [
  {
    name: "a serverless task graph runs a job service with REPLICAS, QUERY_WAREHOUSE and COMMENT, in this order",
    inContainers: true,
    ask: (context) => trained(context, "tasks"),
  },
  {
    name: "an asynchronous job service's replicas read their token, and see and load files through the mount",
    inContainers: true,
    ask: (context) => trained(context, "queue"),
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
  {
    name: "of a run that loses a container, the rest is done: by the account's own restart, or by another launch",
    inContainers: true,
    async ask(context) {
      const session = openSession(context.address);
      try {
        let log = "";
        const work = trained(context, "queue", "lost").then((all) => {
          log = all;
        });
        const restarts = await restartsDuring(session, workspaceNames(context.address).schema, work);
        const list = [...restarts].map(([name, n]) => `${name} restarted ${n} times`).join(", ");
        return `${log}; ${restarts.size} launches: ${list}`;
      } finally {
        await session.close();
        await context.engine.stage.remove("questions/");
      }
    },
  },
  {
    name: "a container's queries are those of the service's user, with the role that owns the service",
    inContainers: true,
    async ask(context) {
      const [user, role] = await queryInContainer(context, "SELECT CURRENT_USER() AS U, CURRENT_ROLE() AS R");
      if (context.address.role !== undefined && role !== context.address.role)
        throw new Error(`the role is ${role}, not ${context.address.role}`);
      return `user ${user}, role ${role}`;
    },
  },
  {
    name: "policies under the service's user: IS_ROLE_IN_SESSION holds in a container as it does here",
    inContainers: true,
    onAccount: "the local server has no policies",
    async ask(context) {
      const { engine, address } = context;
      const [session, names] = [openSession(address), workspaceNames(address)];
      const mm = await workspace(engine);
      const policy = (name: string, condition: string) =>
        `CREATE ROW ACCESS POLICY ${names.of(name)} AS (UNIT VARCHAR) RETURNS BOOLEAN -> ${condition}`;
      const count = async (table: string) =>
        Number((await session.rows(`SELECT COUNT(*) FROM ${names.of(table)}`))[0]![0]);
      try {
        const [[user, role] = []] = await session.rows("SELECT CURRENT_USER(), CURRENT_ROLE()");
        await session.rows(policy("BY_ROLE", `IS_ROLE_IN_SESSION('${role}') AND UNIT <> 'U05'`));
        await session.rows(policy("BY_USER", `CURRENT_USER() = '${user}'`));
        for (const [table, by] of [
          ["SALES", "BY_ROLE"],
          ["OF_USER", "BY_USER"],
        ] as const) {
          await fillDaily(mm, 6, 10, table);
          await session.rows(`ALTER TABLE ${names.of(table)} ADD ROW ACCESS POLICY ${names.of(by)} ON (UNIT_ID)`);
        }
        const here = [await count("SALES"), await count("OF_USER")];
        const asking = "SELECT (SELECT COUNT(*) FROM SALES) AS BY_ROLE, (SELECT COUNT(*) FROM OF_USER) AS BY_USER";
        const there = (await queryInContainer(context, asking)).map(Number);
        // What is pinned is what the role may see, and the models are made of that.
        const { partitions } = await mm.snapshot(dailyQuery);
        if (here[0] !== 50 || there[0] !== 50 || partitions !== 5)
          throw new Error(`by role ${here[0]} rows here, ${there[0]} in a container, ${partitions} partitions pinned`);
        return `by role 50 rows here and there; by user ${here[1]} here, ${there[1]} in a container`;
      } finally {
        await session.close();
      }
    },
  },
];
