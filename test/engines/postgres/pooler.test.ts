import { spawn, spawnSync } from "node:child_process";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openPostgresEngine, type PostgresAddress } from "manymodel/engines/postgres";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { checkEngine } from "../../../src/check/check-engine.ts";
import { account, type PostgresServer, startPostgres, whyNoPostgres } from "../postgres-server.ts";

const missing = spawnSync("pgbouncer", ["--version"]).status === 0 ? undefined : "PgBouncer is not installed";
const reason = whyNoPostgres() ?? missing;

describe.skipIf(reason !== undefined)(`behind PgBouncer${reason === undefined ? "" : ` (${reason})`}`, () => {
  let server: PostgresServer;
  let folder: string;
  beforeAll(async () => {
    server = startPostgres();
    folder = await mkdtemp(path.join(tmpdir(), "mm-pgb-"));
    const as = account();
    if (as !== undefined) await chown(folder, as.uid, as.gid);
  });
  afterAll(async () => {
    server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens an engine through a pooler of this mode. */
  async function open(mode: string) {
    const socket = await mkdtemp(path.join(folder, `${mode}-`));
    const as = account();
    if (as !== undefined) await chown(socket, as.uid, as.gid);
    const host = new URL(server.url().replace("@/", "@localhost/")).searchParams.get("host");
    const file = path.join(socket, "pgbouncer.ini");
    await writeFile(
      file,
      `[databases]\npostgres = host=${host} user=postgres\n[pgbouncer]\nlisten_addr =\nlisten_port = 6432\nauth_type = any
unix_socket_dir = ${socket}\npool_mode = ${mode}\nignore_startup_parameters = extra_float_digits,options\n`,
    );
    const pooler = spawn("pgbouncer", ["-q", file], { ...as, stdio: "ignore" });
    onTestFinished(() => void pooler.kill());
    const url = `postgresql://postgres@/postgres?host=${encodeURIComponent(socket)}&port=6432`;
    const stage = { url: path.join(folder, "stage") };
    const engine = await openPostgresEngine({ url, schema: `${mode}_pool`, stage, workspace: path.join(folder, mode) });
    onTestFinished(() => engine.close());
    return engine;
  }
  const sessions = async (mode: string) => {
    const items = await checkEngine(await open(mode), { id: "x", now: Date.now });
    return items.find(({ name }) => name === "sessions");
  };

  it("reports that transaction mode does not keep sessions, and names the remedy", async () => {
    expect(await sessions("transaction")).toMatchObject({
      ok: false,
      advice: expect.stringContaining("pool_mode = session"),
    });
  });

  it("takes a pooler that keeps sessions", async () => {
    expect(await sessions("session")).toMatchObject({ ok: true });
  });

  it("says the same where a prepared statement is of another session", async () => {
    const one = await open("transaction");
    const two = await openPostgresEngine(one.address as PostgresAddress);
    onTestFinished(() => two.close());
    await one.catalog.runs();
    await expect(two.catalog.runs()).rejects.toThrow(/prepared statement .*pool_mode = session/);
  });
});
