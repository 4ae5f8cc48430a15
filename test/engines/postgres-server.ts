import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A throwaway server on a Unix socket of its own. */
export interface PostgresServer {
  /** Returns the address of a database, as its superuser or another role. */
  url(database?: string, user?: string): string;
  /** Runs SQL as the superuser, and gives what it prints, without alignment. */
  sql(statements: string, database?: string): string;
  /** Returns a schema as plain SQL, for `restore`. */
  dump(schema: string): string;
  /** Runs a dump as the superuser. */
  restore(dump: string): void;
  /** Seconds of CPU that its processes that have ended took (Linux). */
  cpuSeconds(): number;
  /** Stops it as a crash would, and starts it again. */
  crash(): void;
  stop(): void;
}

/** Returns the folder of PostgreSQL's programs: on the path, or Debian's. */
export function programs(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => path.join(debian, version, "bin")) : [];
  return [...versions, ...(process.env.PATH ?? "").split(path.delimiter)].find((folder) =>
    ["initdb", "pg_ctl", "postgres"].every((name) => existsSync(path.join(folder, name))),
  );
}

/** Returns the reason why there can be no server here; undefined if there can. */
export function whyNoPostgres(): string | undefined {
  if (programs() === undefined) return "PostgreSQL is not installed (initdb, pg_ctl)";
  return process.getuid?.() === 0 && account() === undefined ? "there is no user postgres to run it as" : undefined;
}

/** Returns the user to run PostgreSQL as, which refuses to run as root: Debian's own user. */
export function account(): { uid: number; gid: number } | undefined {
  const id = (flag: string) => spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout.trim();
  return id("-u") === "" ? undefined : { uid: Number(id("-u")), gid: Number(id("-g")) };
}

/**
 * Starts a server with an empty database `postgres`, open to every local user.
 *
 * @param settings - of postgresql.conf; nothing is synced to the disk unless one of them says so
 */
export function startPostgres(settings: Readonly<Record<string, string>> = {}): PostgresServer {
  const bin = programs()!;
  const folder = mkdtempSync(path.join(tmpdir(), "mm-pg-"));
  const as = process.getuid?.() === 0 ? account() : undefined;
  if (as !== undefined) chownSync(folder, as.uid, as.gid);
  const data = path.join(folder, "data");
  const run = (program: string, ...args: string[]) => runWith("", program, ...args);
  const runWith = (input: string, program: string, ...args: string[]) => {
    const done = spawnSync(path.join(bin, program), args, {
      ...as,
      cwd: folder,
      input,
      maxBuffer: 1 << 28,
    });
    if (done.status !== 0) throw new Error(`${program}: ${done.stdout}${done.stderr}`);
    return String(done.stdout);
  };
  const options = Object.entries({
    listen_addresses: "",
    unix_socket_directories: folder,
    max_connections: "200",
    fsync: "off",
    ...settings,
  }).map(([name, value]) => `-c ${name}='${value}'`);
  const start = () =>
    run("pg_ctl", "start", "-D", data, "-w", "-s", "-l", path.join(folder, "log"), "-o", options.join(" "));
  run("initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync");
  start();
  const url = (database = "postgres", user = "postgres") =>
    `postgresql://${user}@/${database}?host=${encodeURIComponent(folder)}`;
  return {
    url,
    sql: (statements, database) =>
      run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url(database), "-c", statements).trim(),
    dump: (schema) => run("pg_dump", "-d", url(), "-n", schema, "--no-owner", "--no-privileges"),
    restore: (dump) => void runWith(dump, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url(), "-f", "-"),
    cpuSeconds() {
      const pid = readFileSync(path.join(data, "postmaster.pid"), "utf8").split("\n")[0];
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
      return (Number(fields[13]) + Number(fields[14])) / 100;
    },
    crash() {
      run("pg_ctl", "stop", "-D", data, "-w", "-s", "-m", "immediate");
      start();
    },
    stop() {
      run("pg_ctl", "stop", "-D", data, "-w", "-s", "-m", "immediate");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
