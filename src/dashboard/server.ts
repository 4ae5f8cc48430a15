import { Hono } from "hono";
import { compress } from "hono/compress";
import { secureHeaders } from "hono/secure-headers";
import type { ManyModel } from "../api/many-model.ts";
import { packageVersion } from "../api/package-version.ts";
import { levelAttributes, resolvedLevels } from "../api/verbs/reconcile.ts";
import { tablePath } from "../api/workspace.ts";
import { TrainedModels } from "../runs/trained-models.ts";
import { mayDo } from "../serving/access.ts";
import { openDoor } from "../serving/door.ts";
import { type Door, guard } from "../serving/guard.ts";
import { limitsOf, limitWork } from "../serving/limit.ts";
import { type Listening, listen } from "../serving/listen.ts";
import { plannerRoutes } from "../serving/planner-routes.ts";
import { readBody } from "../serving/read-body.ts";
import { answerTo } from "../serving/refusal.ts";
import { registryRoutes } from "../serving/registry-routes.ts";
import type { Env } from "../serving/route.ts";
import { DASHBOARD_ACCESS, MOVES_ALIASES, OVERRIDES, STARTS_COMMANDS } from "./access.ts";
import { type Assets, assetResponse, loadAssets } from "./assets.ts";
import { commandRoutes } from "./commands/command-routes.ts";
import type { ReconciledHierarchy } from "./hierarchy/hierarchy-view.ts";
import { dashboardRoutes } from "./routes.ts";
import type { Planned, Session } from "./wire.ts";

/** Nothing but the page's own files, and nobody else's frame. Charts that it saves as pictures are blobs of its own. */
const POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", "blob:"],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};
/** The milliseconds that requests under way may take once the dashboard ends. Streams would never end. */
const GRACE_MS = 200;

/** Options of the dashboard. */
export interface DashboardOptions {
  /** The address to listen at; 127.0.0.1 when left out. Any other address needs tokens. */
  readonly host?: string;
  /** The port; 0 takes a free port; 4400 when left out. */
  readonly port?: number;
  /** Receives the dashboard's own errors; they go to stderr when left out. */
  readonly onError?: (thrown: unknown) => void;
}

/**
 * Starts the dashboard of a workspace.
 *
 * @throws {ManymodelError} `config` if the address cannot be used, or if it is open to other machines without a token
 */
export async function startDashboard(mm: ManyModel, options: DashboardOptions = {}): Promise<Listening> {
  const { host = "127.0.0.1", port = 4400, onError = console.error } = options;
  const door = openDoor(mm, host, DASHBOARD_ACCESS, () => new Date());
  const app = dashboardApp(await loadAssets(), guardedRoutes(mm, door, onError));
  return listen(app.fetch, host, port, GRACE_MS);
}

/** Returns the routes that read and change. The rules of `manymodel serve` let each request in. */
function guardedRoutes(mm: ManyModel, door: Door, onError: (thrown: unknown) => void): Hono<Env> {
  const { engine, models: registry, config } = mm;
  const app = new Hono<Env>();
  const limits = limitsOf(mm);
  app.use(guard(door));
  app.use("/api/*", compress());
  app.use("/v1/*", readBody(limits), limitWork(limits));
  app.onError((error, c) => {
    const { status, body, unexpected } = answerTo(error);
    if (unexpected) onError(error);
    return c.json(body, status);
  });
  app.get("/api/session", (c) => {
    const { name, role } = c.get("caller");
    const session: Session = {
      name,
      role,
      version: packageVersion,
      workspace: config.directory,
      mayMoveAliases: mayDo(role, MOVES_ALIASES),
      mayOverride: mayDo(role, OVERRIDES),
      mayStart: mayDo(role, STARTS_COMMANDS),
      hasHierarchy: config.reconcile !== undefined,
    };
    return c.json(session);
  });
  app.route(
    "/api",
    dashboardRoutes(
      engine,
      {
        ledger: config.monitor.ledger_table,
        status: config.monitor.status_table,
        readings: config.batch.readings_table,
      },
      {
        ...(config.batch.input_table !== undefined && { input: tablePath(mm, config.batch.input_table) }),
        advance: config.batch.advance,
        forecasts: config.batch.output_table,
      },
      {
        model: config.register.model,
        levels: config.batch.levels,
        time: config.source?.order_by?.at(-1) ?? "STEP",
        forecasts: config.batch.output_table,
        reconciled:
          config.reconcile === undefined
            ? null
            : { table: config.reconcile.output_table, levels: config.reconcile.levels.map(({ by }) => by) },
        hierarchy: hierarchyOf(mm),
        totals: (options) => mm.totals(options),
      },
    ),
  );
  app.get("/api/planned/:model", async (c) => {
    const subject = { model: c.req.param("model"), partitionKey: c.req.query("partition") ?? "" };
    const [overrides, notes] = await Promise.all([mm.overrides.list(subject), mm.notes.list(subject)]);
    return c.json({ overrides, notes } satisfies Planned);
  });
  app.route("/", commandRoutes(mm));
  app.route("/", plannerRoutes({ overrides: mm.overrides, notes: mm.notes }));
  app.route("/", registryRoutes({ registry, stage: engine.stage, models: new TrainedModels(engine.stage, 0) }));
  return app;
}

/** Returns the hierarchy that the configuration declares; null without one. */
function hierarchyOf(mm: ManyModel): ReconciledHierarchy | null {
  const { reconcile } = mm.config;
  if (reconcile === undefined) return null;
  const [leaves, ...above] = resolvedLevels(mm, reconcile.levels);
  if (leaves?.table === undefined) return null;
  return {
    table: reconcile.output_table,
    levels: [{ ...leaves, table: leaves.table }, ...above],
    attributes: () => levelAttributes(mm, undefined),
  };
}

/** Returns the page, which anybody may have, and behind it what is guarded. */
function dashboardApp(assets: Assets, guarded: Hono<Env>): Hono<Env> {
  const app = new Hono<Env>();
  app.use(secureHeaders({ contentSecurityPolicy: POLICY, referrerPolicy: "no-referrer" }));
  for (const path of ["/api/*", "/v1/*"]) app.all(path, (c) => guarded.fetch(c.req.raw, c.env));
  app.get("*", (c) => {
    const name = c.req.path.slice(1);
    const file = assets.files.get(name);
    // Any other path is a place in the page, which finds it by itself.
    const [asset, assetName] = file === undefined ? [assets.page, "index.html"] : [file, name];
    return assetResponse(asset, assetName, c.req.header("Accept-Encoding"));
  });
  app.all("*", (c) => c.text("the page answers GET and HEAD\n", 405, { Allow: "GET, HEAD" }));
  return app;
}
