import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { catalogContract, queueContract, rosterContract, versionsContract } from "manymodel/contract";
import { memoryEngine } from "manymodel/engines/memory";
import { afterAll, beforeAll, describe, it } from "vitest";
import { snowflakeCatalog } from "../../src/engines/snowflake/catalog.ts";
import { workspaceNames } from "../../src/engines/snowflake/names.ts";
import { snowflakeQueue } from "../../src/engines/snowflake/queue.ts";
import { snowflakeRoster } from "../../src/engines/snowflake/roster.ts";
import type { Row, Session } from "../../src/engines/snowflake/session.ts";
import { TRANSACTION } from "../../src/engines/snowflake/sql/session.ts";
import { setupStatements } from "../../src/engines/snowflake/sql/setup.ts";
import { snowflakeVersions } from "../../src/engines/snowflake/versions.ts";

/** A Python with fakesnow of PyPI: `npm run test:snowflake-sql` has one. */
const { MANYMODEL_FAKESNOW: python } = process.env;

/** Opens a session of fakesnow, which runs one statement after another. */
function fakesnowSession(): Session {
  const child = spawn(python!, [fileURLToPath(new URL("fakesnow_session.py", import.meta.url))], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
  const now = async (sql: string, binds: readonly unknown[] = []) => {
    child.stdin.write(`${JSON.stringify({ sql, binds })}\n`);
    const { value } = await lines.next();
    const answer = JSON.parse(String(value)) as { rows: Row[]; changed: number; error?: string };
    if (answer.error !== undefined) throw new Error(`${answer.error}: ${sql}`);
    return answer;
  };
  const refuse = (): never => {
    throw new Error("no part of these suites");
  };
  return {
    rows: (sql, binds) => inTurn(async () => (await now(sql, binds)).rows),
    change: (sql, binds) => inTurn(async () => (await now(sql, binds)).changed),
    table: async () => refuse(),
    stream: refuse,
    records: async () => refuse(),
    transaction: (work) =>
      inTurn(async () => {
        await now(TRANSACTION.begin);
        try {
          const result = await work({
            rows: async (sql, binds) => (await now(sql, binds)).rows,
            change: async (sql, binds) => (await now(sql, binds)).changed,
          });
          await now(TRANSACTION.commit);
          return result;
        } catch (error) {
          await now(TRANSACTION.rollback);
          throw error;
        }
      }),
    async close() {
      child.stdin.end();
    },
  };
}

describe.skipIf(python === undefined)("statements executed by fakesnow (skipped without MANYMODEL_FAKESNOW)", () => {
  let session: Session;
  let opened = 0;
  beforeAll(() => {
    session = fakesnowSession();
  });
  afterAll(() => session.close());
  const open = async () => {
    const schema = `MM${opened++}`;
    const address = { database: "LAB", schema, stage: "MM_STAGE", queueTable: "MM_CHUNKS", hybridTables: true };
    const names = workspaceNames(address);
    for (const sql of setupStatements(names)) if (!sql.startsWith("CREATE STAGE")) await session.rows(sql);
    return {
      ...memoryEngine(randomUUID()),
      queue: snowflakeQueue(session, names),
      roster: snowflakeRoster(session, names),
      catalog: snowflakeCatalog(session, names),
      versions: snowflakeVersions(session, names),
      close: async () => {},
    };
  };
  for (const contract of [queueContract, rosterContract, catalogContract, versionsContract])
    contract({ describe, it }, open);
});
