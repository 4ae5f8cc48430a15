import type { ManyModel } from "../api/many-model.ts";
import { packageVersion } from "../api/package-version.ts";
import { workerEntry } from "../api/worker-program.ts";
import { parseDuration } from "../core/duration.ts";
import { messageOf } from "../core/errors.ts";
import { TrainedModels } from "../runs/trained-models.ts";
import { ACCESS } from "./access.ts";
import { createApp } from "./app.ts";
import { openDoor } from "./door.ts";
import { limitsOf } from "./limit.ts";
import { type Listening, listen } from "./listen.ts";
import type { Log } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { ServedOverrides } from "./overrides-in-force.ts";
import { ScoringPool } from "./scoring-pool.ts";

/** Options of a server beyond those of the configuration. */
export interface ServerOptions {
  readonly host?: string;
  readonly port?: number;
  readonly workers?: number | "auto";
  /** Receives a line for each request, and the server's own errors; nothing is logged when left out. */
  readonly log?: Log;
  readonly clock?: () => Date;
}

/** A server that answers. */
export interface RunningServer {
  /** The address, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  /** True if every request needs a token. */
  readonly tokensNeeded: boolean;
  /** Takes no more requests, answers the requests in progress, and ends. */
  close(): Promise<void>;
}

const SILENT: Log = { request() {}, error() {} };
/** The milliseconds that requests under way may still take once the server is to end. */
const GRACE_MS = 30_000;

/**
 * Starts serving a workspace over HTTP.
 *
 * @throws {ManymodelError} `config` if the address cannot be used, or if it is open to other machines without a token
 */
export async function startServer(mm: ManyModel, options: ServerOptions = {}): Promise<RunningServer> {
  const { engine, models: registry, config } = mm;
  const { serve } = config;
  const { log = SILENT, clock = () => new Date() } = options;
  const host = options.host ?? serve.host;
  const door = openDoor(mm, host, ACCESS, clock);
  let metrics!: Metrics;
  const models = new TrainedModels(engine.stage, serve.cache_mb * 2 ** 20, (hit) =>
    metrics.lookups.inc({ result: hit ? "hit" : "miss" }),
  );
  metrics = createMetrics(() => models.bytes);
  const workers = options.workers ?? serve.workers;
  const pool = await ScoringPool.start(engine.workers, workerEntry(engine.address), {
    count: workers === "auto" ? Math.max(1, engine.workers.parallelism - 1) : workers,
    limitMs: parseDuration("serve.predict_timeout", serve.predict_timeout),
    onLost: () => metrics.workersLost.inc(),
  });
  let ready = false;
  const limits = limitsOf(mm);
  const { levels, missing_model: missingModel } = config.batch;
  const forecastsNewKeys = missingModel === "global";
  const { stage, source, output } = engine;
  const { overrides, notes } = mm;
  const planners = { overrides, notes, served: new ServedOverrides(output, clock) };
  const parts = { ...planners, registry, stage, source, models, pool, metrics };
  const service = { ...parts, limits, forecastsNewKeys, levels, ready: () => ready };
  const app = createApp(service, door, log, packageVersion);
  let draining = false;
  let listening: Listening;
  try {
    listening = await listen(app.fetch, host, options.port ?? serve.port, GRACE_MS);
  } catch (error) {
    await pool.close();
    throw error;
  }
  const warm = warmUp(mm, models, log).finally(() => {
    ready = !draining;
  });
  return {
    url: listening.url,
    port: listening.port,
    tokensNeeded: door.tokensRequired || door.tokens.exist(),
    async close() {
      draining = true;
      ready = false;
      await listening.close();
      await warm;
      await pool.close();
    },
  };
}

/** Opens the versions that aliases point at, and each model's default, so that the first to ask need not wait for it. */
async function warmUp({ models: registry }: ManyModel, models: TrainedModels, log: Log): Promise<void> {
  try {
    const named = (await registry.aliases()).map(({ model, alias }) => ({ model, version: alias }));
    const usual = (await registry.list()).map(({ model }) => ({ model, version: undefined }));
    for (const { model, version } of [...named, ...usual]) await models.open(await registry.get(model, version));
  } catch (error) {
    log.error(`opening the registered versions: ${messageOf(error)}`, error);
  }
}
