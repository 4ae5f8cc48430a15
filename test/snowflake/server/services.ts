import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { SqlFailure, unsupported } from "./failure.ts";
import { mask } from "./masked.ts";
import { done, textRows } from "./rowset.ts";
import { SERVICE_SPECIFICATION, type ServiceSpecification, specified } from "./specification.ts";
import { likePrefix, objectName, type Stages } from "./stages.ts";
import type { Handler } from "./statements.ts";
import { issueToken, LOCATOR, SERVICE_USER, type Users } from "./users.ts";

/** The account around container services. */
export interface Surroundings {
  readonly stages: Stages;
  readonly users: Users;
  /** The folder of tokens. */
  readonly folder: string;
  /** The command line that the worker's image runs. */
  readonly program: string;
  /** Further variables of the containers' environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly host: string;
  port(): number;
  /** Returns the instance family of a compute pool. */
  pool(name: string): string | undefined;
}

/** Virtual CPUs of instance families, by CREATE COMPUTE POOL. */
const CPUS: Readonly<Record<string, number>> = { CPU_X64_XS: 1, CPU_X64_S: 3, CPU_X64_M: 6, CPU_X64_L: 28 };

/** The user of the worker's image. */
const IMAGE_USER = /^USER (\S+)$/m.exec(
  readFileSync(new URL("../../../docker/snowflake-worker.Dockerfile", import.meta.url), "utf8"),
)?.[1];
const ROOT_OWNED = new URL("root-owned.mjs", import.meta.url).href;

/** A job service: replicas of a container, which are processes of this machine. */
export interface Job {
  readonly name: string;
  readonly comment: string;
  /** The folders that are mounted. */
  readonly mounts: readonly string[];
  readonly replicas: readonly { readonly process: ChildProcess; log: string; code: number | null | undefined }[];
  readonly ended: Promise<"DONE" | "FAILED">;
  status: "PENDING" | "RUNNING" | "DONE" | "FAILED";
}

/** A long-running service, of which so many instances run; each a job of one replica. */
interface LongService {
  readonly comment: string;
  readonly specification: ServiceSpecification;
  /** The port of its endpoint on this machine. */
  readonly port: number;
  instances: Job[];
  count: number;
  isSuspended: boolean;
}

/** Returns a free port. */
const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** Returns a job that no node has room for. */
const pending = (name: string, comment: string): Job => ({
  name,
  comment,
  mounts: [],
  replicas: [],
  status: "PENDING",
  ended: new Promise(() => {}),
});

/** Job services, by `EXECUTE JOB SERVICE`. */
export class Services {
  readonly jobs = new Map<string, Job>();
  /** Long-running services, by CREATE SERVICE. */
  readonly long = new Map<string, LongService>();
  /** Roles that may ask a service's endpoints, as they were granted. */
  readonly granted: string[] = [];
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Starts what `EXECUTE JOB SERVICE …` says, in a schema if it names none; its name, and whether to wait for it. */
  execute(sql: string, schema: string): { job: Job; async: boolean } {
    const masked = mask(sql);
    const match =
      /^EXECUTE JOB SERVICE\s+IN COMPUTE POOL (\w+)(?:\s+NAME = ([\w.$]+))?(\s+ASYNC = TRUE)?(?:\s+REPLICAS = (\d+))?(?:\s+EXTERNAL_ACCESS_INTEGRATIONS = \([^()]*\))?(?:\s+QUERY_WAREHOUSE = \S+)?(?:\s+COMMENT = \ue000(\d+)\ue000)?\s+FROM SPECIFICATION \ue000(\d+)\ue000$/.exec(
        masked.code.trim(),
      );
    if (match === null) throw unsupported(sql);
    const [, pool, named, async, replicas = "1", comment, spec] = match;
    const name = named ?? `${schema}.JOB_${Math.random().toString(16).slice(2).toUpperCase()}`;
    if (this.jobs.has(name))
      throw new SqlFailure("002002", "42710", `SQL compilation error: Object '${name}' already exists.`);
    const text = comment === undefined ? "" : masked.literal(Number(comment));
    const specification = specified(SERVICE_SPECIFICATION, masked.literal(Number(spec)));
    const family = this.#around.pool(pool!.toUpperCase()) ?? "";
    const fits = specification.spec.containers.every(
      ({ resources }) => !((resources?.requests?.cpu ?? 0) > CPUS[family]!),
    );
    // A container that fits no node of its pool waits for one (working with compute pools).
    const job = fits ? this.#start(name, text, specification, Number(replicas)) : pending(name, text);
    this.jobs.set(name, job);
    return { job, async: async !== undefined };
  }

  #start(name: string, comment: string, { spec }: ServiceSpecification, count: number): Job {
    const { stages, users, folder, program, environment, host, port } = this.#around;
    const container = spec.containers[0]!;
    const rootOwned: string[] = [];
    const mounts = container.volumeMounts.map(({ name, mountPath }) => {
      const volume = spec.volumes.find((one) => one.name === name);
      if (volume === undefined) throw new SqlFailure("395018", "22023", `Invalid spec: no volume ${name}`);
      const { folder, relative } = stages.resolve(volume.stageConfig.name);
      const mounted = path.join(folder, relative);
      // "About file permissions on mounted volumes" (service specification reference): a container that does not run as
      // root sets the UID and GID of the container, with which Snowflake mounts the stage.
      if (`${volume.uid}:${volume.gid}` !== IMAGE_USER) rootOwned.push(mounted);
      return [mountPath, mounted] as const;
    });
    const tokens = path.join(folder, "tokens", name);
    mkdirSync(tokens, { recursive: true });
    const tokenFile = path.join(tokens, "token");
    writeFileSync(tokenFile, issueToken(users.oauthTokens, SERVICE_USER));
    const inside = (text: string) =>
      [...mounts, ["/snowflake/session/token", tokenFile] as const].reduce(
        (all, [from, to]) => all.replaceAll(from, to),
        text,
      );
    const env = Object.fromEntries(Object.entries(container.env).map(([key, value]) => [key, inside(value)]));
    const replicas = Array.from({ length: count }, (_, index) => {
      const loaded = rootOwned.length === 0 ? [] : [`--import=${ROOT_OWNED}`];
      const child = spawn(process.execPath, [...loaded, program, ...container.args.map(inside)], {
        cwd: tokens,
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          PATH: process.env.PATH,
          HOME: tokens,
          ...environment,
          SNOWFLAKE_HOST: host,
          SNOWFLAKE_PORT: String(port()),
          SNOWFLAKE_ACCOUNT: LOCATOR,
          LOCAL_SNOWFLAKE_ROOT_OWNED: rootOwned.join(":"),
          SNOWFLAKE_JOBS_COUNT: String(count),
          SNOWFLAKE_JOB_INDEX: String(index),
          ...env,
        },
      });
      const replica: Job["replicas"][number] = { process: child, log: "", code: undefined };
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (replica.log += String(text)));
      return replica;
    });
    const codes = replicas.map(
      (replica) =>
        new Promise<void>((resolve) => {
          replica.process.on("close", (code) => {
            replica.code = code;
            resolve();
          });
        }),
    );
    const job: Job = {
      name,
      comment,
      replicas,
      status: "RUNNING" as const,
      mounts: mounts.map(([, folder]) => folder),
      ended: Promise.all(codes).then(() => (job.status = replicas.every(({ code }) => code === 0) ? "DONE" : "FAILED")),
    };
    return job;
  }

  /** Has as many instances run as a service is to have: none while it is suspended (working with services). */
  #match(name: string, service: LongService): void {
    const target = service.isSuspended ? 0 : service.count;
    for (const job of service.instances.splice(target)) for (const { process } of job.replicas) process.kill("SIGTERM");
    while (service.instances.length < target) {
      const text = JSON.stringify(service.specification).replaceAll('"8080"', `"${service.port}"`);
      service.instances.push(this.#start(name, service.comment, JSON.parse(text) as ServiceSpecification, 1));
    }
  }

  /** Executes CREATE SERVICE: its specification before its properties, and these in the order of the syntax. */
  async #create(sql: string): Promise<void> {
    const masked = mask(sql);
    const match =
      /^CREATE SERVICE IF NOT EXISTS ([\w.$]+) IN COMPUTE POOL (\w+) FROM SPECIFICATION \ue000(\d+)\ue000(?: EXTERNAL_ACCESS_INTEGRATIONS = \([^()]*\))? MIN_INSTANCES = (\d+) MAX_INSTANCES = (\d+)(?: QUERY_WAREHOUSE = \S+)?(?: COMMENT = \ue000(\d+)\ue000)?$/.exec(
        masked.code,
      );
    if (match === null) throw unsupported(sql);
    const [, name, , spec, fewest, most, comment] = match;
    if (Number(fewest) < 1 || Number(fewest) > Number(most))
      throw new SqlFailure("395001", "22023", `Invalid instances: ${fewest} to ${most}`);
    if (this.long.has(name!)) return;
    const service = {
      comment: masked.literal(Number(comment)),
      specification: specified(SERVICE_SPECIFICATION, masked.literal(Number(spec))),
      port: await freePort(),
      instances: [],
      count: Number(fewest),
      isSuspended: false,
    };
    this.long.set(name!, service);
    this.#match(name!, service);
  }

  /** Ends every replica. */
  async close(): Promise<void> {
    const instances = [...this.long.values()].flatMap((service) => service.instances);
    for (const { replicas } of instances) for (const { process } of replicas) process.kill("SIGKILL");
    await Promise.all(instances.map(({ ended }) => ended));
    for (const { replicas } of this.jobs.values()) for (const { process } of replicas) process.kill("SIGKILL");
    await Promise.all([...this.jobs.values()].filter(({ status }) => status !== "PENDING").map(({ ended }) => ended));
  }

  readonly statements: Handler = async (session, sql) => {
    const text = sql.trim();
    if (/^EXECUTE JOB SERVICE/.test(text)) {
      const { job, async } = this.execute(text, session.schema);
      if (!async) await job.ended;
      return { rowset: textRows(["status"], [[`Job ${job.name} ${async ? "started" : job.status}.`]]) };
    }
    if (/^CREATE SERVICE /.test(text)) {
      await this.#create(text);
      return { rowset: done() };
    }
    const alter =
      /^ALTER SERVICE IF EXISTS (\S+) (SUSPEND|RESUME|SET MIN_INSTANCES = (\d+) MAX_INSTANCES = (\d+))$/.exec(text);
    if (alter !== null) {
      const service = this.long.get(alter[1]!);
      if (service === undefined) return { rowset: done() };
      if (alter[3] === undefined) service.isSuspended = alter[2] === "SUSPEND";
      else service.count = Number(alter[3]);
      this.#match(alter[1]!, service);
      return { rowset: done() };
    }
    const grant = /^GRANT SERVICE ROLE ([\w.$]+)!(\w+) TO ROLE (\S+)$/.exec(text);
    if (grant !== null) {
      const roles = this.long.get(grant[1]!)?.specification.serviceRoles ?? [];
      if (!roles.some(({ name }) => name.toUpperCase() === grant[2]))
        throw new SqlFailure("002003", "02000", `Service role '${grant[1]}!${grant[2]}' does not exist.`);
      this.granted.push(`${grant[2]} ${objectName(grant[3]!)}`);
      return { rowset: done() };
    }
    const endpoints = /^SHOW ENDPOINTS IN SERVICE (\S+)$/.exec(text);
    if (endpoints !== null) {
      const { port, specification } = this.long.get(endpoints[1]!)!;
      const rows = specification.spec.endpoints.map(({ name }) => [name, `127.0.0.1:${port}`]);
      return { rowset: textRows(["name", "ingress_url"], rows) };
    }
    const containers = /^SHOW SERVICE CONTAINERS IN SERVICE (\S+)$/.exec(text);
    if (containers !== null) {
      const { replicas, status } = this.#known(objectName(containers[1]!));
      if (status === "PENDING") {
        const message = "Unschedulable due to insufficient CPU resources.";
        const row = ["0", "worker", status, message, "0"];
        return { rowset: textRows(["instance_id", "container_name", "status", "message", "restart_count"], [row]) };
      }
      const state = (code: number | null | undefined) =>
        code === undefined ? "READY" : code === 0 ? "DONE" : "FAILED";
      // A replica that is lost is not started again here.
      const rows = replicas.map(({ code }, i) => [String(i), "worker", state(code), "0"]);
      return { rowset: textRows(["instance_id", "container_name", "status", "restart_count"], rows) };
    }
    const logs = /^SELECT SYSTEM\$GET_SERVICE_LOGS\('([\w.$]+)', '(\d+)', 'worker', (\d+)\)$/.exec(text);
    if (logs !== null) {
      const log = this.#known(logs[1]!).replicas[Number(logs[2])]?.log ?? "";
      return { rowset: textRows(["LOGS"], [[log.trimEnd().split("\n").slice(-Number(logs[3])).join("\n")]]) };
    }
    const drop = /^DROP SERVICE IF EXISTS (\S+)$/.exec(text);
    if (drop !== null) {
      const name = objectName(drop[1]!);
      const service = this.long.get(name);
      if (service !== undefined) this.#match(name, Object.assign(service, { isSuspended: true }));
      this.long.delete(name);
      for (const { process } of this.jobs.get(name)?.replicas ?? []) process.kill("SIGKILL");
      this.jobs.delete(name);
      return { rowset: done() };
    }
    const masked = mask(text);
    const show = /^SHOW SERVICES(?: LIKE \ue000(\d+)\ue000)? IN SCHEMA (\S+)$/.exec(masked.code);
    if (show !== null) {
      const begin = show[1] === undefined ? "" : likePrefix(masked.literal(Number(show[1])));
      const schema = `${objectName(masked.unmask(show[2]!))}.`;
      const jobs = [...this.jobs.values()].filter(({ name }) => name.startsWith(schema));
      const long = [...this.long].map(([name, { comment, isSuspended }]) => {
        return { name, comment, status: isSuspended ? "SUSPENDED" : "RUNNING" };
      });
      const listed = [...jobs, ...long.filter(({ name }) => name.startsWith(schema))];
      const rows = listed.map(({ name, status, comment }) => ["", name.split(".").at(-1)!, status, comment]);
      return {
        rowset: textRows(
          ["created_on", "name", "status", "comment"],
          rows.filter(([, name]) => name!.startsWith(begin)),
        ),
      };
    }
    if (/^CREATE (COMPUTE POOL|IMAGE REPOSITORY) IF NOT EXISTS /.test(text)) return { rowset: done() };
    return undefined;
  };

  #known(name: string): Job {
    const job = this.jobs.get(name);
    if (job === undefined)
      throw new SqlFailure(
        "002003",
        "02000",
        `SQL compilation error: Service '${name}' does not exist or not authorized.`,
      );
    return job;
  }
}
