import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { serve } from "@hono/node-server";
import { SqlFailure, unsupported } from "./failure.ts";
import { Faults } from "./faults.ts";
import { functionStatements } from "./functions.ts";
import { inferenceStatements } from "./inference.ts";
import { fullInventory, type Inventory, inventoryStatements } from "./inventory.ts";
import { Models } from "./models.ts";
import { type Account, protocol } from "./protocol.ts";
import { Services } from "./services.ts";
import { type Bind, Session, type Shared } from "./session.ts";
import { objectName, Stages } from "./stages.ts";
import { type Keeping, restoreState, saveState } from "./state.ts";
import { type Answer, changeTokens, type Handler, rowStatements, stageStatements } from "./statements.ts";
import { Scheduled, taskStatements } from "./tasks.ts";
import { authenticate, noUsers, type Users } from "./users.ts";

/** An account on this machine: speaks the driver's protocol on loopback, and keeps everything in a folder of its own. */
export interface LocalSnowflake {
  readonly host: string;
  readonly port: number;
  readonly users: Users;
  readonly inventory: Inventory;
  readonly faults: Faults;
  /** Every statement that was sent, in order. */
  readonly log: string[];
  /** Their query tags. */
  readonly tags: string[];
  readonly services: Services;
  readonly models: Models;
  readonly scheduled: Scheduled;
  /** Tables and views, as `DATABASE.SCHEMA.NAME`, of which the account does not say when they were changed. */
  readonly unversioned: Set<string>;
  /** Runs every task that is resumed and whose stream, if it has one, has data; resolves when all have ended. */
  runScheduled(): Promise<void>;
  /** The folder that holds the stages. */
  readonly stages: string;
  /** The statements that are being done. */
  readonly running: ReadonlySet<string>;
  /** Cuts every connection and ends every session, what was not committed undone; nobody is let in for so long. */
  interrupt(ms: number): Promise<void>;
  /** Writes tables, views and stages to a folder that is not there yet; nobody may be using the account. */
  save(folder: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param options.database - the database that the account has
 * @param options.program - what the worker's image runs
 * @param options.environment - what containers have in their environment besides
 * @param options.procedures - whether stored procedures are run
 * @param options.saved - a folder that an account was saved to, to begin with what it had
 */
export async function startLocalSnowflake({
  database = "LAB",
  procedures = true,
  program = path.resolve("bin", "manymodel.js"),
  environment = {},
  saved,
}: {
  readonly database?: string;
  readonly program?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly procedures?: boolean;
  readonly saved?: string;
} = {}): Promise<LocalSnowflake> {
  const folder = await mkdtemp(path.join(tmpdir(), "manymodel-snowflake-"));
  const duck = await DuckDBInstance.create(":memory:", {
    memory_limit: "1GB",
    temp_directory: path.join(folder, "spill"),
    threads: "2",
  });
  const setup = await duck.connect();
  await setup.run(`ATTACH ':memory:' AS "${database}"`);
  await setup.run(`SET allowed_directories = ['${folder}/']; SET enable_external_access = false`);
  const users = noUsers();
  const faults = new Faults();
  const stages = new Stages(path.join(folder, "stages"), () => faults.mountLagMs);
  const shared: Shared = {
    duck,
    hybrid: new Set(),
    changes: new Map(),
    unversioned: new Set(),
    locks: new Map(),
    idleTransactionMs: () => faults.idleTransactionMs,
  };
  const running = new Set<string>();
  const log: string[] = [];
  const tags: string[] = [];
  const sessions = new Set<Session>();
  let port = 0;
  const inventory = fullInventory();
  const services = new Services({
    stages,
    users,
    folder,
    program,
    environment,
    host: "127.0.0.1",
    port: () => port,
    pool: (name) => inventory.pools.get(name)?.family,
  });
  const scheduled = new Scheduled();
  const models = new Models(stages, path.join(folder, "models"), procedures);
  const perform = async (session: Session, sql: string, binds: readonly Bind[]): Promise<Answer> => {
    for (const handler of handlers) {
      const answer = await handler(session, sql, binds);
      if (answer !== undefined) return answer;
    }
    throw unsupported(sql);
  };
  const keeping: Keeping = { connection: setup, database, folder, shared, stages, inventory };
  if (saved !== undefined) await restoreState(keeping, saved);
  const handlers: Handler[] = [
    inventoryStatements(inventory, shared),
    changeTokens(shared),
    stageStatements(stages),
    services.statements,
    models.statements,
    inferenceStatements(services, models, stages, faults),
    taskStatements(services, faults, scheduled, (session, sql) => perform(session, sql, [])),
    functionStatements(faults, perform),
    rowStatements(shared, faults),
  ];
  const account: Account = {
    faults,
    login(data, { role, database, schema }) {
      const user = authenticate(users, data);
      if (user === undefined) return undefined;
      const session = new Session(shared, user, role ?? "PUBLIC", schema && `"${database}"."${objectName(schema)}"`);
      sessions.add(session);
      return session;
    },
    bySession: (token) => [...sessions].find((session) => session.token === token),
    byMaster: (token) => [...sessions].find((session) => session.masterToken === token),
    perform: (session, sql, binds, parameters) =>
      session.inTurn(async () => {
        log.push(sql);
        tags.push(parameters.QUERY_TAG ?? session.parameters.get("QUERY_TAG") ?? "");
        faults.onStatement(sql, session.user);
        const fault = faults.take(sql);
        const failure = fault && new SqlFailure(fault.code, "XX000", fault.message);
        if (failure !== undefined && fault?.isDone !== true) throw failure;
        running.add(sql);
        const answer = await perform(session, sql, binds).finally(() => running.delete(sql));
        if (failure !== undefined) throw failure;
        return answer;
      }),
    async logout(session) {
      sessions.delete(session);
      await session.close();
    },
  };
  const app = protocol(account);
  const listen = () =>
    new Promise<ReturnType<typeof serve>>((resolve) => {
      const started = serve({ fetch: app.fetch, hostname: "127.0.0.1", port }, () => resolve(started));
    });
  const hangUp = (server: ReturnType<typeof serve>) =>
    new Promise((resolve) => {
      server.close(resolve);
      (server as { closeAllConnections?: () => void }).closeAllConnections?.();
    });
  const endSessions = async () => {
    const ended = [...sessions];
    sessions.clear();
    for (const session of ended) session.interrupt();
    await Promise.all(ended.map((session) => session.close()));
  };
  let server = await listen();
  port = (server.address() as AddressInfo).port;
  faults.origin = `http://127.0.0.1:${port}`;
  return {
    host: "127.0.0.1",
    port,
    users,
    inventory,
    faults,
    log,
    tags,
    stages: stages.root,
    services,
    models,
    scheduled,
    unversioned: shared.unversioned,
    async runScheduled() {
      const session = new Session(shared, "SYSTEM", "LAB_ROLE");
      await scheduled.due(session);
      await session.close();
    },
    running,
    async interrupt(ms) {
      await hangUp(server);
      await endSessions();
      await new Promise((resolve) => setTimeout(resolve, ms));
      server = await listen();
    },
    save: (to) => saveState(keeping, to),
    async close() {
      await services.close();
      await endSessions();
      await hangUp(server);
      setup.closeSync();
      duck.closeSync();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
