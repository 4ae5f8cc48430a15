import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { openLocalEngine } from "manymodel/engines/local";
import { openPostgresEngine } from "manymodel/engines/postgres";
import pg from "pg";
import type { Engine } from "../../src/ports/engine.ts";
import { CREDENTIALS, type S3Server } from "../stages/s3-server.ts";
import type { Surroundings } from "./schedule.ts";

/** The ground of an engine's workspaces, and the ways to strike it. */
export interface Ground {
  /** The environment that processes need. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Makes a workspace from the template, with the source imported; with nothing pinned yet if asked for. */
  copy(template: string, folder: string, unpinned: boolean): Promise<void>;
  open(folder: string): Promise<Engine>;
  /** Tells whether a snapshot is being written. */
  isPinning(folder: string): Promise<boolean>;
  /** Strikes what is no process of ours. */
  strike(victim: Surroundings, folder: string): Promise<void>;
}

const workspaceOf = (folder: string) => path.join(folder, ".manymodel");

/** Workspaces of the local engine: copies of a folder. */
export const localGround: Ground = {
  async copy(template, folder, unpinned) {
    await cp(template, folder, { recursive: true });
    if (unpinned) await rm(path.join(workspaceOf(folder), "snapshots"), { recursive: true, force: true });
  },
  open: (folder) => openLocalEngine(workspaceOf(folder)),
  async isPinning(folder) {
    const names = await readdir(path.join(workspaceOf(folder), "snapshots")).catch(() => []);
    return names.some((name) => name.startsWith("."));
  },
  async strike() {
    throw new Error("a local workspace has no server");
  },
};

/** Workspaces of the local engine whose stage is in a bucket: a prefix each, of the name of their folder. */
export function s3Ground({ endpoint }: S3Server): Ground {
  // The engine of this process asks the bucket too.
  Object.assign(process.env, CREDENTIALS);
  const stageOf = (folder: string) => ({ url: `s3://bucket/${path.basename(folder)}`, endpoint, forcePathStyle: true });
  return {
    ...localGround,
    environment: CREDENTIALS,
    async copy(template, folder, unpinned) {
      await localGround.copy(template, folder, unpinned);
      const { url, forcePathStyle } = stageOf(folder);
      const yaml = await readFile(path.join(template, "manymodel.yaml"), "utf8");
      const stage = { url, endpoint, force_path_style: forcePathStyle };
      await writeFile(path.join(folder, "manymodel.yaml"), `stage: ${JSON.stringify(stage)}\n${yaml}`);
    },
    open: (folder) => openLocalEngine(workspaceOf(folder), { stage: stageOf(folder) }),
  };
}

/** Workspaces of the local engine that a fleet trains, with the stage in a directory of theirs. */
function fleetGround(fleet: string): Ground {
  return {
    ...localGround,
    async copy(template, folder, unpinned) {
      await localGround.copy(template, folder, unpinned);
      const yaml = await readFile(path.join(template, "manymodel.yaml"), "utf8");
      const patient = yaml.replace("workers: 2", "workers: 2, max_attempts: 100");
      await writeFile(
        path.join(folder, "manymodel.yaml"),
        `stage: ${stageFolder(folder)}\nfleet: ${fleet}\n${patient}`,
      );
    },
    open: (folder) => openLocalEngine(workspaceOf(folder), { stage: { url: stageFolder(folder) } }),
  };
}

/** Workspaces that train on Slurm. */
export const slurmGround = fleetGround("{ launcher: slurm, poll: 100ms }");

/** Workspaces that train on Kubernetes, whose pods are processes of this machine. */
export function kubernetesGround(root: string): Ground {
  const command = JSON.stringify([process.execPath, path.join(root, "bin", "manymodel.js")]);
  const pods = "{ image: none, namespace: fleet, claim: shared }";
  return fleetGround(
    `{ launcher: kubernetes, poll: 200ms, chunks_per_task: 2, command: ${command}, kubernetes: ${pods} }`,
  );
}
const stageFolder = (folder: string) => path.join(folder, "shared");

/** A server that can end as in a crash, and is back at the same address afterwards, itself or another in its place. */
export interface CrashingServer {
  url(): string;
  crash(): void | Promise<void>;
}

/** Workspaces on PostgreSQL: a schema each, of the name of their folder, which holds the stage. */
export function postgresGround(server: CrashingServer): Ground {
  const admin = new pg.Pool({ connectionString: server.url(), max: 1 });
  admin.on("error", () => {});
  const schemaOf = (folder: string) => path.basename(folder);
  const open = (folder: string) => {
    const workspace = workspaceOf(folder);
    const stage = { url: path.join(workspace, "stage") };
    return openPostgresEngine({ url: server.url(), schema: schemaOf(folder), stage, workspace });
  };
  return {
    async copy(template, folder) {
      await mkdir(folder, { recursive: true });
      const yaml = await readFile(path.join(template, "manymodel.yaml"), "utf8");
      const address = `engine: postgres\npostgres: { url: "${server.url()}", schema: ${schemaOf(folder)} }\n`;
      await writeFile(path.join(folder, "manymodel.yaml"), address + yaml);
      await cp(path.join(template, "sales.csv"), path.join(folder, "sales.csv"));
      const engine = await open(folder);
      await engine.tables.import(path.join(template, "sales.csv"), "SALES", { replace: false });
      await engine.close();
    },
    open,
    async isPinning() {
      const writing = "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'INSERT INTO %mm$snapshot_%'";
      return (await admin.query(writing).catch(() => ({ rows: [] }))).rows.length > 0;
    },
    async strike(victim) {
      if (victim === "server") await server.crash();
      else
        await admin.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        );
    },
  };
}
