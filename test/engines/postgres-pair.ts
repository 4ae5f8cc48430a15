import { execFile } from "node:child_process";
import { chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { account, programs } from "./postgres-server.ts";

/** A primary and its standby, at one address that leads to the primary. */
export interface PostgresPair {
  url(): string;
  /**
   * Crashes the primary, has the address lead to the standby, promotes it after a moment in which it refuses to write, and
   * makes the other one its standby.
   */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

const execute = promisify(execFile);
/** Times for which a standby refuses to write before each promotion, in turn. */
const MOMENTS_MS = [0, 700, 200, 1500];

/** Starts two servers. A commit waits for the standby, so that a promotion loses none. */
export async function startPostgresPair(): Promise<PostgresPair> {
  const bin = programs()!;
  const folder = await mkdtemp(path.join(tmpdir(), "mm-pair-"));
  const as = process.getuid?.() === 0 ? account() : undefined;
  if (as !== undefined) await chown(folder, as.uid, as.gid);
  const run = async (program: string, ...args: string[]) =>
    (await execute(path.join(bin, program), args, { ...as, cwd: folder })).stdout.trim();
  const socketsOf = (name: string) => path.join(folder, name);
  const dataOf = (name: string) => path.join(folder, name, "data");
  const urlOf = (name: string) => `postgresql://postgres@/postgres?host=${encodeURIComponent(socketsOf(name))}`;
  const start = async (name: string) => {
    const settings = [
      ...["listen_addresses=", `unix_socket_directories=${socketsOf(name)}`, "max_connections=200", "fsync=off"],
      ...["synchronous_standby_names=*", "wal_level=replica", "hot_standby=on"],
    ];
    const options = settings.map((setting) => `-c ${setting.replace("=", "='")}'`).join(" ");
    await run("pg_ctl", "start", "-D", dataOf(name), "-w", "-s", "-l", `${socketsOf(name)}.log`, "-o", options);
  };
  const follow = async (standby: string, primary: string) => {
    await rm(dataOf(standby), { recursive: true, force: true });
    const copy = ["-D", dataOf(standby), "-d", urlOf(primary), "-R", "-X", "stream", "-c", "fast", "--no-sync"];
    await run("pg_basebackup", ...copy);
    await start(standby);
    const question = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = 'sync'";
    while ((await run("psql", "-X", "-A", "-t", "-d", urlOf(primary), "-c", question)) !== "1") await wait(50);
  };

  for (const name of ["a", "b", "address"]) {
    await mkdir(socketsOf(name));
    if (as !== undefined) await chown(socketsOf(name), as.uid, as.gid);
  }
  await run("initdb", "-D", dataOf("a"), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync");
  await start("a");
  await follow("b", "a");
  let [primary, standby] = ["a", "b"];
  let promotions = 0;

  const open = new Set<Socket>();
  const router = createServer((client) => {
    const server = connect(path.join(socketsOf(primary), ".s.PGSQL.5432"));
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      open.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => router.listen(path.join(socketsOf("address"), ".s.PGSQL.5432"), resolve));

  return {
    url: () => urlOf("address"),
    async crash() {
      await run("pg_ctl", "stop", "-D", dataOf(primary), "-w", "-s", "-m", "immediate");
      [primary, standby] = [standby, primary];
      await wait(MOMENTS_MS[promotions++ % MOMENTS_MS.length]);
      await run("pg_ctl", "promote", "-D", dataOf(primary), "-w", "-s");
      await follow(standby, primary);
    },
    async stop() {
      router.close();
      for (const socket of open) socket.destroy();
      for (const name of [standby, primary])
        await run("pg_ctl", "stop", "-D", dataOf(name), "-w", "-s", "-m", "immediate");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
