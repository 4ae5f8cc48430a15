import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { connect, type ManyModel } from "manymodel";
import { CommandLine } from "../command-line.ts";
import type { Place } from "../engines/places.ts";
import { ALL_METHODS } from "../fixtures/bodies/any-method.ts";
import { customers, methods, promotions, readings, sales } from "../golden/tables.ts";
import { ENVIRONMENT } from "../snowflake/account.ts";

const commandLine = new CommandLine(ENVIRONMENT);

/** The description of a release's fixtures, in `about.json` beside them. */
export interface About {
  readonly version: string;
  /** The last commit that changed `src`. */
  readonly code: string;
  readonly node: string;
  /** The bits of `Math` there (see `arithmetic`). */
  readonly arithmetic: string;
  /** The batches whose output is kept. */
  readonly batches: readonly KeptBatch[];
  /** The runs that were completed; STOPPED was not, and WHOLE is the same undisturbed. */
  readonly completed: readonly string[];
}

/** Returns the folder of a release's fixtures: an archive of each engine. */
export const fixtureFolder = (version: string) => path.resolve("test", "fixtures", version);

const body = (name: string) => path.resolve("test", "fixtures", "bodies", `${name}.ts`);
const daily = (table: string, partitionBy: readonly string[]) => ({
  ...{ table, partition_by: partitionBy, order_by: "DAY", target: "QTY", period: 7 },
});
const TRAIN = { workers: 1, chunks_per_job: 3, seed: 5, horizon: 6, holdout: 5 };

/** Methods whose series are trained a second time, to patch the first version. */
const PATCHED = ["ets", "naive"];

/** The item at which the process of the run STOPPED is ended: one of many that are left. */
const ENDS_AT = "two\nlines";

/** The configurations by their file's name, without what names the engine. */
const CONFIGURATIONS: Readonly<Record<string, object>> = {
  METHODS: { source: daily("SERIES", ["METHOD", "ITEM"]), model: body("any-method") },
  PATCH: { source: daily("SOME_SERIES", ["METHOD", "ITEM"]), model: "theta", register: { name: "METHODS" } },
  STORES: {
    source: daily("PROMOTIONS", ["STORE"]),
    model: { name: "store-sales", options: { regressors: ["PROMO", "PRICE"] } },
    batch: { future_table: "PLAN", horizon: 4 },
  },
  CHURN: {
    source: { table: "CUSTOMERS", partition_by: "SEGMENT", order_by: "CUSTOMER", target: "CHURNED" },
    model: { name: "churn", options: { features: ["TENURE", "TICKETS", "AUTOPAY"] } },
  },
  SENSORS: {
    source: { table: "READINGS", partition_by: "SENSOR", order_by: "AT", target: "READING", period: 24 },
    model: { name: "sensor-anomalies", options: { method: "holt-winters" } },
  },
  STOPPED: { source: daily("SALES", ["STORE", "ITEM"]), model: body("ends-its-process") },
};

/** A batch that is kept, and its output's name. */
export interface KeptBatch {
  readonly model: string;
  readonly version: string;
  readonly output: string;
  readonly args: readonly string[];
}

const batchOf = (model: string, version: string, output: string, ...args: string[]): KeptBatch => ({
  ...{ model, version, output, args: ["--model", model, "--model-version", version, ...args] },
});

/** Every version of every model, and what it forecasts; one with rows that are newer than its training data. */
export const BATCHES: readonly KeptBatch[] = [
  batchOf("METHODS", "V1", "METHODS_FORECASTS", "--quantiles", "0.1,0.5"),
  batchOf("METHODS", "V1", "METHODS_LATER", "--input", "SERIES_LATER", "--horizon", "4"),
  batchOf("METHODS", "V2", "METHODS_PATCHED", "--input", "SERIES_LATER"),
  batchOf("STORES", "V1", "STORES_FORECASTS"),
  batchOf("CHURN", "V1", "CHURN_FORECASTS"),
  batchOf("SENSORS", "V1", "SENSORS_FORECASTS", "--levels", "99.9"),
];

/** The runs that are completed, by their configurations' names, and the undisturbed one. */
const TRAINED = ["METHODS", "PATCH", "STORES", "CHURN", "SENSORS"];
export const COMPLETED = [...TRAINED, "WHOLE"];

/** A workspace that is kept, or was: its folder, and how commands are run in it. */
export class KeptWorkspace {
  readonly folder: string;
  readonly #place: Place;

  constructor(folder: string, place: Place) {
    this.folder = folder;
    this.#place = place;
  }

  /** Writes the configurations, as this checkout and the engine that is there need them. */
  async configure(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    for (const [name, config] of Object.entries({ ...CONFIGURATIONS, manymodel: {} })) {
      const all = { ...this.#place.settings, train: TRAIN, register: { name }, ...config };
      await writeFile(path.join(this.folder, `${name}.yaml`), JSON.stringify(all));
    }
  }

  /** Removes the configurations, which name folders and addresses of this machine. */
  async forgetConfiguration(): Promise<void> {
    for (const name of [...Object.keys(CONFIGURATIONS), "manymodel"]) await rm(path.join(this.folder, `${name}.yaml`));
  }

  open(): Promise<ManyModel> {
    return connect(path.join(this.folder, "manymodel.yaml"));
  }

  /** Runs a command of this checkout under a configuration; it must succeed. */
  async run(config: string, ...args: string[]): Promise<void> {
    const { status, stderr } = await commandLine.run(this.folder, ...args, "--config", `${config}.yaml`);
    if (status !== 0) throw new Error(`manymodel ${args.join(" ")}: ${stderr.slice(-2000)}`);
  }

  /** Starts a run whose process is killed by a body. @returns the signal that ended it */
  async #stop(config: string, run: string): Promise<unknown> {
    const train = ["train", "--run-id", run, "--chunks", "8", "--config", `${config}.yaml`];
    const child = spawn(process.execPath, [path.resolve("bin", "manymodel.js"), ...train], {
      cwd: this.folder,
      stdio: "ignore",
      env: { ...process.env, ...ENVIRONMENT, MANYMODEL_TEST_ENDS_AT: ENDS_AT },
    });
    const [, signal] = await once(child, "close");
    return signal;
  }

  score({ args, model, output }: KeptBatch, into = output): Promise<void> {
    return this.run(model, "batch", ...args, "--output", into, "--workers", "1");
  }

  /** Makes everything that is to be kept. */
  async make(): Promise<void> {
    await this.configure();
    await this.run("manymodel", "setup");
    const { past, plan } = promotions();
    const names = Object.keys(ALL_METHODS);
    const tables = {
      ...{ SERIES: methods(names, false), SERIES_LATER: methods(names, true), SOME_SERIES: methods(PATCHED, false) },
      ...{ PROMOTIONS: past, PLAN: plan, CUSTOMERS: customers(), READINGS: readings(), SALES: sales(false) },
    };
    for (const [name, text] of Object.entries(tables)) {
      const file = path.join(this.folder, `${name}.csv`);
      await writeFile(file, text);
      await this.run("manymodel", "import", file, "--table", name);
      await rm(file);
    }
    for (const name of TRAINED) {
      await this.run(name, "train", "--run-id", name);
      if (name !== "PATCH") await this.run(name, "register", "--run", name, "--alias", "champion");
    }
    await this.run("METHODS", "model", "patch", "METHODS", "V1", "--run", "PATCH");
    for (const batch of BATCHES) await this.score(batch);
    await this.run("STOPPED", "train", "--run-id", "WHOLE", "--chunks", "8");
    const signal = await this.#stop("STOPPED", "STOPPED");
    if (signal !== "SIGKILL") throw new Error(`the run that was to be killed was ended by ${signal}`);
  }
}

/** Packs a folder's contents into one file. */
export async function pack(folder: string, file: string): Promise<void> {
  const bytes = await tar(["-cf", "-", "--owner=0", "--group=0", "--numeric-owner", "--sort=name", "-C", folder, "."]);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  await writeFile(file, brotliCompressSync(bytes, { params }));
}

/** Unpacks what `pack` packed into a folder that is not there yet. */
export async function unpack(file: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await tar(["-xf", "-", "-C", folder], brotliDecompressSync(await readFile(file)));
}

function tar(args: readonly string[], input?: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn("tar", args, { stdio: ["pipe", "pipe", "inherit"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(Buffer.concat(chunks)) : reject(new Error(`tar ${args.join(" ")}: exit code ${code}`)),
    );
    child.stdin.end(input);
  });
}
