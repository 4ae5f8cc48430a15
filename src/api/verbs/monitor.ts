import { parseDuration } from "../../core/duration.ts";
import { ManymodelError } from "../../core/errors.ts";
import { monitorRows, type RowMonitorSummary } from "../../monitor/monitor-rows.ts";
import { type MonitorSummary, monitorVersion } from "../../monitor/monitor-version.ts";
import { type Delivery, postWebhook } from "../../monitor/webhook.ts";
import { during } from "../../ports/activity.ts";
import { completedRun } from "../../runs/read-index.ts";
import { stoppableProgress } from "../../runs/run-context.ts";
import { pause } from "../../stages/pause.ts";
import { definitionsOf } from "../../work/definitions.ts";
import { type LongCallOptions, runContext } from "../run-context.ts";
import { rowsOf, type Workspace } from "../workspace.ts";

/** Options of monitoring. Options left out come from the configuration's `monitor`, then from its defaults. */
export interface MonitorOptions extends LongCallOptions {
  readonly model?: string;
  /** A version, or an alias of one; the default version when left out. */
  readonly version?: string;
  /** The table of forecasts that batch scoring wrote. */
  readonly forecasts?: string;
  /** The table or file of all observations, old and new, with the version's key columns. */
  readonly actuals?: string;
  /** The column that was forecast; the run's own when left out. */
  readonly target?: string;
}

/** A monitoring run, and the delivery of its alert. */
export interface Monitored
  extends MonitorSummary,
    Partial<Pick<RowMonitorSummary, "measures" | "measuresTable" | "overview">> {
  /** True if more partitions drift than the limit allows. */
  readonly alert: boolean;
  /** The delivery of the alert; null without an alert or a webhook. */
  readonly webhook: Delivery | null;
}

/** The worst partitions that an alert names. */
const NAMED = 20;
const WEBHOOK_TIMEOUT = "10s";

/** Monitors a version as options and configuration say, and calls the webhook if too many partitions drift. */
export async function monitor(workspace: Workspace, options: MonitorOptions): Promise<Monitored> {
  const { monitor: configured, source, batch, register } = workspace.config;
  const actuals = options.actuals ?? configured.actuals ?? source?.table;
  if (actuals === undefined)
    throw new ManymodelError("usage", "no observations: give --actuals, or monitor.actuals in the configuration");
  const version = await workspace.models.get(options.model ?? register.model, options.version);
  const { manifest } = await completedRun(workspace.engine, version.runId);
  const { target, features, classes } = manifest.exports as {
    readonly [name in "target" | "features" | "classes"]?: unknown;
  };
  const spec = {
    version,
    forecasts: options.forecasts ?? configured.forecasts ?? batch.output_table,
    actuals: rowsOf(workspace, actuals, manifest.snapshot.query),
    target: options.target ?? (typeof target === "string" ? target : (source?.target ?? "Y")),
    statusTable: configured.status_table,
    thresholds: {
      window: configured.window,
      minObservations: configured.min_observations,
      reference: configured.cusum_reference,
      decision: configured.cusum_decision,
      coverageTolerance: configured.coverage_tolerance,
      falseDiscoveryRate: configured.false_discovery_rate,
      watchRatio: configured.watch_ratio,
      watchShift: configured.watch_shift,
    },
  };
  const rows = {
    ...spec,
    measuresTable: configured.measures_table,
    input: rowsOf(workspace, batch.input_table ?? actuals, manifest.snapshot.query),
    features: Array.isArray(features) ? features.map(String) : [],
    hasClasses: Array.isArray(classes),
  };
  const context = { ...runContext(workspace.engine, options), onProgress: stoppableProgress(options) };
  const { scores } = await definitionsOf(workspace.engine)({ definitionSha256: manifest.definition.sha256 });
  const summary: MonitorSummary & Partial<RowMonitorSummary> = await during(
    { phase: "monitor", run: version.runId },
    () =>
      scores === "rows"
        ? monitorRows(workspace.engine, rows, context)
        : monitorVersion(workspace.engine, { ...spec, ledgerTable: configured.ledger_table }, context),
  );
  const allowed = configured.max_offenders;
  const limit = allowed > 0 && allowed < 1 ? allowed * summary.partitions : allowed;
  const alert = summary.offenders.length > limit;
  if (!alert || configured.webhook === undefined) return { ...summary, alert, webhook: null };
  const timeout = parseDuration("webhook_timeout", configured.webhook_timeout ?? WEBHOOK_TIMEOUT);
  const document = {
    ...summary,
    alert,
    offenders: summary.offenders.slice(0, NAMED),
    drifting: summary.offenders.length,
  };
  return { ...summary, alert, webhook: await postWebhook(configured.webhook, document, timeout, pause) };
}
