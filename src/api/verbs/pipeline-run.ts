import { existsSync } from "node:fs";
import path from "node:path";
import { placeOf } from "../../config/place.ts";
import type { PlainData } from "../../core/columns/plain-data.ts";
import { ManymodelError } from "../../core/errors.ts";
import { newRunId, type Snapshot, snapshotIds } from "../../core/run.ts";
import type { Delivery } from "../../monitor/webhook.ts";
import { during } from "../../ports/activity.ts";
import { collectChampions } from "../../refine/champions.ts";
import { compareRuns } from "../../refine/compare.ts";
import type { Judgement } from "../../registry/judge-versions.ts";
import { configuredModel } from "../configured-model.ts";
import { runContext } from "../run-context.ts";
import { runSpec } from "../run-spec.ts";
import { currentForecasts, rowsOf, sourceBounds, sourceDrivers, tablePath } from "../workspace.ts";
import { feedTable, importNew, listFeed, type TablesWorkspace } from "./import-new.ts";
import { monitor } from "./monitor.ts";
import { notify } from "./notify.ts";
import { type PipelineOptions, type StepContext, type StepReport, Steps } from "./pipeline-steps.ts";
import { meantBy, promote } from "./promote.ts";
import { reconcileForecasts } from "./reconcile.ts";
import { refine as refineRun } from "./refine.ts";
import { resume } from "./resume.ts";
import { score } from "./score.ts";
import { setup } from "./setup.ts";
import { train } from "./train.ts";

/**
 * Does everything that the configuration says, in the order of `PIPELINE_STEPS`. A step whose inputs have not changed since
 * it was last done is skipped: a pipeline that was interrupted continues where it stopped, in the middle of a training run too,
 * and one that is repeated does nothing.
 *
 * Where the gate holds a new version back, the following steps use the version that the alias means.
 *
 * @throws {ManymodelError} what the step that failed throws; the steps before it stay done
 */
export async function runPipeline(mm: TablesWorkspace, options: PipelineOptions = {}): Promise<StepReport[]> {
  checkPipeline(mm);
  const steps = await Steps.open(mm, options);
  try {
    await night(mm, steps);
  } catch (error) {
    const began = performance.now();
    const delivery = await notify(mm, steps.reports, error);
    const seconds = (performance.now() - began) / 1000;
    if (delivery !== null) steps.add({ step: "notify", skipped: false, seconds, result: deliveryReport(delivery) });
    throw error;
  }
  return steps.reports;
}

/** Checks what no single key of the configuration can be blamed for. @throws {ManymodelError} `config` */
function checkPipeline(mm: TablesWorkspace): void {
  const { config } = mm;
  const { source, pipeline, refine, register, file } = config;
  if (source === undefined)
    throw new ManymodelError("config", `${file} has no source; add source.table and source.partition_by`);
  if (pipeline?.import !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(feedTable(mm)))
    throw new ManymodelError(
      "config",
      `${placeOf(config, "pipeline.import")} appends to ${feedTable(mm)}, which is no table of the workspace; name one in pipeline.import.table, and its key`,
    );
  if (pipeline?.promote !== undefined && register.alias === undefined)
    throw new ManymodelError(
      "config",
      `${placeOf(config, "pipeline.promote")} moves an alias, but there is none; add register.alias, such as champion`,
    );
  if (refine?.offenders && !pipeline?.monitor)
    throw new ManymodelError(
      "config",
      `${placeOf(config, "refine.offenders")} needs the monitor; add pipeline.monitor: true`,
    );
}

async function night(mm: TablesWorkspace, steps: Steps): Promise<void> {
  const { config, engine } = mm;
  const { pipeline } = config;
  await steps.do("setup", null, async () => plain({ ...(await setup(engine, currentForecasts(config))) }));
  if (pipeline?.import !== undefined) await importStep(mm, steps, pipeline.import.files);
  const { screen, snapshot } = await trainStep(mm, steps);
  const offenders = pipeline?.monitor ? await monitorStep(mm, steps, snapshot) : undefined;
  const best = await refineSteps(mm, steps, screen, offenders);
  const chosen = await registerSteps(mm, steps, best);
  const batch = await batchStep(mm, steps, chosen, snapshot);
  const reconciled = config.reconcile === undefined ? null : await reconcileStep(mm, steps, batch);
  if (pipeline?.export !== undefined) await exportStep(mm, steps, [batch, reconciled]);
  if (pipeline?.notify !== undefined) await notifyStep(mm, steps);
}

async function importStep(mm: TablesWorkspace, steps: Steps, patterns: readonly string[]): Promise<void> {
  const { config, tables } = mm;
  const files = await listFeed(config.directory, patterns);
  const table = feedTable(mm);
  const inputs = (isThere: boolean) => [table, files, config.pipeline?.import, isThere];
  await steps.do(
    "import",
    inputs((await tables.columns(table)) !== undefined),
    async () => plain(await importNew(mm, files, steps.isForced)),
    () => inputs(true),
  );
}

/** Trains, or resumes the run that was begun. Returns the run's id, and the data that there are now. */
async function trainStep(mm: TablesWorkspace, steps: Steps): Promise<{ screen: string; snapshot: Snapshot }> {
  const { config, engine } = mm;
  const { definition, ...choice } = await configuredModel(mm, config.model);
  const { spec } = await runSpec(mm, definition, choice);
  const snapshot = await during({ phase: "plan", run: spec.runId }, () => engine.source.snapshot(spec.query));
  // As stated: the years that holidays are written out for change nothing.
  const sourceExports = [sourceBounds(mm), sourceDrivers(mm)].filter((rules) => rules !== undefined);
  const plan = [
    ...snapshotIds(snapshot),
    spec.definition.sha256,
    choice.exports,
    spec.seed,
    spec.keyArg,
    spec.mode,
    ...sourceExports,
  ];
  const trained = await steps.do("train", plan, async ({ progress, run, begin }) => {
    const earlier = await resumed(mm, run, progress);
    if (earlier !== undefined) return earlier;
    await begin(spec.runId);
    const { runId, index } = await train(mm, undefined, { runId: spec.runId, ...progress });
    return { run: runId, succeeded: index.succeeded, failed: index.failed };
  });
  return { screen: trained.run as string, snapshot };
}

/**
 * Returns the counts of a run that an interrupted pipeline began, completed; undefined if there is none that can be.
 */
async function resumed(
  mm: TablesWorkspace,
  runId: string | undefined,
  progress: StepContext["progress"],
): Promise<{ run: string; succeeded: number; failed: number; skipped: number } | undefined> {
  const existing = runId === undefined ? undefined : await mm.engine.catalog.run(runId);
  if (existing === undefined || existing.state === "failed") return undefined;
  const { runId: run } = existing;
  const { index, manifest } = existing.state === "completed" ? existing : { index: null, manifest: existing.manifest };
  if (index !== null) return { run, ...counts(index) };
  if (manifest === null || manifest.mode === "changed" || manifest.mode === "champions") return undefined;
  return { run, ...counts((await resume(mm, run, progress)).index) };
}

const counts = ({ succeeded, failed, skipped }: { succeeded: number; failed: number; skipped: number }) => ({
  succeeded,
  failed,
  skipped,
});

/** Holds the forecasts of the version that counts against the observations. Returns how many partitions drift. */
async function monitorStep(
  mm: TablesWorkspace,
  steps: Steps,
  { fingerprint: sourceFingerprint }: Snapshot,
): Promise<number> {
  const { config, engine, models } = mm;
  const { register, batch, monitor: configured } = config;
  const target = register.alias === undefined ? undefined : await meantBy(mm, register.model, register.alias);
  const version = target ?? (await models.find(register.model));
  const forecasts = configured.forecasts ?? batch.output_table;
  const isScored = (await engine.source.columns(forecasts)) !== undefined;
  const nothing = { version: null, drift: 0, watch: 0, newEntries: 0, alert: false };
  const hasForecasts = version !== undefined && isScored && (await wasScored(mm, version.version));
  const fingerprint =
    configured.actuals === undefined ? sourceFingerprint : await fingerprintOfTable(mm, configured.actuals);
  // The same observations are entered once, whichever version counts by then.
  const result = await steps.do("monitor", [fingerprint, configured], async ({ progress }) => {
    if (!hasForecasts) return nothing;
    const { verdicts, newEntries, alert, offenders, webhook } = await monitor(mm, {
      version: version.version,
      ...progress,
    });
    return plain({
      version: version.version,
      drift: verdicts.drift,
      watch: verdicts.watch,
      newEntries,
      alert,
      offenders: offenders.slice(0, 20).map(({ partitionKey }) => partitionKey),
      webhook: webhook === null ? null : { ...webhook },
    });
  });
  return result.drift as number;
}

/** Returns the fingerprint of a table's rows; null without such a table. */
async function fingerprintOfTable(mm: TablesWorkspace, name: string): Promise<string | null> {
  const { source } = mm.engine;
  const table = tablePath(mm, name);
  const [first] = (await source.columns(table)) ?? [];
  return first === undefined ? null : (await source.snapshot({ table, keyColumns: [first.name] })).fingerprint;
}

/** Tells whether a version has written forecasts. */
async function wasScored({ config, tables }: TablesWorkspace, version: string): Promise<boolean> {
  const { rows } = await tables.query(
    `SELECT 1 FROM ${config.batch.output_table} WHERE MODEL_NAME = $1 AND MODEL_VERSION = $2`,
    [config.register.model, version],
    { limit: 1 },
  );
  return rows.length > 0;
}

/** Refines a run, and collects the champions of both. Returns the run to register. */
async function refineSteps(
  mm: TablesWorkspace,
  steps: Steps,
  screen: string,
  offenders: number | undefined,
): Promise<string> {
  const { config, engine } = mm;
  const { refine } = config;
  if (refine === undefined || (refine.offenders && offenders === 0)) return screen;
  const { metric, tie } = refine;
  const refined = await steps.do(
    "refine",
    [screen, refine, refine.offenders && offenders],
    async ({ progress, run, begin }) => {
      const earlier = await resumed(mm, run, progress);
      if (earlier !== undefined) return { ...earlier, ranked: earlier.succeeded + earlier.failed + earlier.skipped };
      const runId = newRunId("queue", new Date(), Math.random);
      await begin(runId);
      const { index, ranking } = await refineRun(mm, {
        from: screen,
        runId,
        offenders: refine.offenders,
        ...progress,
      });
      return { run: runId, ranked: ranking.ranked.length, ...counts(index) };
    },
  );
  const runs = [screen, refined.run as string];
  const champions = await steps.do("champions", [runs, metric, tie], async () => {
    const { runId, from, expectation } = await collectChampions(engine, { runs, metric, tie }, runContext(engine));
    const { matched, wins } = await compareRuns(engine, screen, runId, { metric });
    const { a, b } = matched;
    const before = { mean: a.mean, median: a.median };
    const after = { mean: b.mean, median: b.median };
    const expected = expectation && { ...expectation, alone: expectation.alone && { ...expectation.alone } };
    return { run: runId, metric, from, improved: wins, before, after, expectation: expected };
  });
  return champions.run as string;
}

/** The version to score with, and whether its models take in newer rows. */
interface ChosenVersion {
  readonly version: string;
  readonly advance: boolean;
}

/** Registers a run and moves the alias, if there is no gate or it lets the version pass. Returns the version to score with. */
async function registerSteps(mm: TablesWorkspace, steps: Steps, run: string): Promise<ChosenVersion> {
  const { config, models } = mm;
  const { advance } = config.batch;
  const { model, alias } = config.register;
  const { horizon } = config.train;
  const gate = config.pipeline?.promote;
  const moves = gate === undefined && alias !== undefined;
  const registered = await steps.do("register", [run, model, alias, horizon, gate !== undefined], async () => {
    // An interrupted pipeline may have registered the run.
    const match = (await models.versions(model)).find((one) => one.runId === run && one.horizon === horizon);
    if (match !== undefined && moves) await models.setAlias(model, alias, match.version);
    const { version } = match ?? (await models.register({ run, ...(moves && { alias }) }));
    return { model, version, ...(moves && { alias }) };
  });
  const version = registered.version as string;
  if (gate === undefined || alias === undefined) return { version, advance };
  const target = await meantBy(mm, model, alias);
  const inputs = (current: string | undefined) => [version, current, alias, gate, config.train.holdout];
  const passed = await steps.do(
    "promote",
    inputs(target?.version),
    async ({ progress }) => plain(await promote(mm, { model, version, alias, ...progress })),
    ({ version: now }) => inputs(now as string),
  );
  const { reasons = [] } = (passed.judgement ?? {}) as Partial<Judgement>;
  // Observations that are implausible would spoil the forecasts of the version in use too.
  return { version: passed.version as string, advance: advance && !reasons.includes("outside") };
}

async function batchStep(
  mm: TablesWorkspace,
  steps: Steps,
  { version, advance }: ChosenVersion,
  trained: Snapshot,
): Promise<StepReport["result"]> {
  const { config, engine, models } = mm;
  const { register, batch, source } = config;
  const { runId } = await models.get(register.model, version);
  const inputTable = batch.input_table ?? source?.table ?? "";
  const { select: _, where: __, ...query } = trained.query;
  const inputQuery = { ...query, ...rowsOf(mm, inputTable, trained.query) };
  const { future_table: futureTable } = batch;
  const [scored, future] = await during({ phase: "score", run: runId }, async () => {
    const input = await engine.source.snapshot(inputQuery);
    const ahead =
      futureTable &&
      (await engine.source.snapshot({ table: tablePath(mm, futureTable), keyColumns: query.keyColumns })).fingerprint;
    return [input, ahead] as const;
  });
  return steps.do(
    "batch",
    [register.model, version, ...snapshotIds(scored), future, batch, advance],
    async ({ progress }) => {
      const { alerts, ...summary } = await score(mm, { version, advance, ...progress });
      if (alerts === undefined) return summary;
      const { webhook } = alerts;
      return { ...summary, alerts: { ...alerts, webhook: webhook === null ? null : { ...webhook } } };
    },
  );
}

async function reconcileStep(
  mm: TablesWorkspace,
  steps: Steps,
  batch: StepReport["result"],
): Promise<StepReport["result"]> {
  const { config } = mm;
  const { levels = [], attributes } = config.reconcile ?? {};
  const tables = [...levels.flatMap(({ table, residuals }) => [table, residuals]), attributes].filter(
    (table) => table !== undefined,
  );
  const fingerprints: (string | null)[] = [];
  for (const table of tables) fingerprints.push(await fingerprintOfTable(mm, table));
  return steps.do("reconcile", [batch, config.reconcile, fingerprints], async ({ progress }) =>
    plain(await reconcileForecasts(mm, progress)),
  );
}

async function exportStep(mm: TablesWorkspace, steps: Steps, inputs: readonly unknown[]): Promise<void> {
  const { config, tables } = mm;
  const exports = config.pipeline?.export ?? [];
  const target = (to: string) => (/^[a-z]+:\/\//i.test(to) ? to : path.resolve(config.directory, to));
  // A file that is gone is written again.
  const isGone = exports.some(({ to }) => to !== target(to) && !existsSync(target(to)));
  const write = async () => {
    const files: PlainData[] = [];
    for (const { table, to, where } of exports) {
      const { rows } = await tables.export(table, target(to), where === undefined ? {} : { where });
      files.push({ table, to, rows });
    }
    return { files };
  };
  await steps.do("export", [inputs, exports, isGone], write, () => [inputs, exports, false]);
}

async function notifyStep(mm: TablesWorkspace, steps: Steps): Promise<void> {
  const results = steps.reports.map(({ step, result }) => [step, result]).filter(([step]) => step !== "setup");
  await steps.do(
    "notify",
    [results, mm.config.pipeline?.notify],
    async () => deliveryReport(await notify(mm, steps.reports)),
    ({ delivered }) => (delivered === false ? null : [results, mm.config.pipeline?.notify]),
  );
}

const deliveryReport = (delivery: Delivery | null): StepReport["result"] => (delivery === null ? {} : { ...delivery });

/** Returns a verb's result as plain data, which its type does not state. */
function plain(value: object): StepReport["result"] {
  return JSON.parse(JSON.stringify(value)) as StepReport["result"];
}
