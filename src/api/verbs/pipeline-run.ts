import type { PlainData } from "../../core/columns/plain-data.ts";
import { ManymodelError } from "../../core/errors.ts";
import { during } from "../../ports/activity.ts";
import { collectChampions } from "../../refine/champions.ts";
import { compareRuns } from "../../refine/compare.ts";
import type { OnProgress } from "../../runs/progress.ts";
import { checksum } from "../../stages/checksum.ts";
import { getJson, putJson } from "../../stages/json.ts";
import { configuredModel } from "../configured-model.ts";
import { packageVersion } from "../package-version.ts";
import { runContext } from "../run-context.ts";
import { runSpec } from "../run-spec.ts";
import { currentForecasts, rowsOf, tablePath, type Workspace } from "../workspace.ts";
import { refine as refineRun } from "./refine.ts";
import { score } from "./score.ts";
import { setup } from "./setup.ts";
import { train } from "./train.ts";

/** The steps of a pipeline, in order. `refine` and `champions` only where the configuration has `refine`. */
export const PIPELINE_STEPS = ["setup", "train", "refine", "champions", "register", "batch"] as const;
/** A step of a pipeline, by its name. */
export type PipelineStep = (typeof PIPELINE_STEPS)[number];

/** What became of a step. */
export interface StepReport {
  readonly step: PipelineStep;
  /** Its inputs have not changed since it was last done, so its result of then stands. */
  readonly skipped: boolean;
  readonly seconds: number;
  readonly result: { readonly [name: string]: PlainData };
}

/** How to run a pipeline. */
export interface PipelineOptions {
  /** Do every step, whether its inputs have changed or not. */
  readonly force?: boolean;
  /** Called when a step begins; its progress goes to what is returned. */
  readonly onBegin?: (step: PipelineStep) => Promise<OnProgress | undefined>;
  readonly onEnd?: (report: StepReport) => void;
}

/** The results of the steps that were done, each with the fingerprint of its inputs. */
interface PipelineState {
  readonly [step: string]: { readonly fingerprint: string; readonly result: StepReport["result"] } | undefined;
}

const STATE = "pipeline/state.json";

/**
 * Does everything that the configuration says: setup, train, refine the worst partitions and collect the champions
 * (with a `refine` block), register with an alias, and score. A step whose inputs have not changed since it was last
 * done is skipped: a pipeline that was interrupted goes on where it stopped.
 *
 * @throws {ManymodelError} what the step that failed throws; the steps before it stay done
 */
export async function runPipeline(mm: Workspace, options: PipelineOptions = {}): Promise<StepReport[]> {
  const { engine, config } = mm;
  const { refine, register, batch, source } = config;
  let state = await readState(mm);
  const reports: StepReport[] = [];
  const step = async (
    name: PipelineStep,
    inputs: readonly unknown[] | null,
    work: (onProgress: { onProgress?: OnProgress }) => Promise<StepReport["result"]>,
  ): Promise<StepReport["result"]> => {
    const fingerprint = checksum(JSON.stringify([packageVersion, inputs]));
    const known = inputs === null || options.force ? undefined : state[name];
    const skipped = known?.fingerprint === fingerprint;
    const began = performance.now();
    const onProgress = skipped ? undefined : await options.onBegin?.(name);
    const result = skipped ? known.result : await work(onProgress === undefined ? {} : { onProgress });
    const report = { step: name, skipped, seconds: (performance.now() - began) / 1000, result };
    options.onEnd?.(report);
    reports.push(report);
    if (!skipped && inputs !== null) {
      state = { ...state, [name]: { fingerprint, result } };
      await putJson(engine.stage, STATE, state);
    }
    return result;
  };
  if (source === undefined)
    throw new ManymodelError("config", `${config.file} has no source; add source.table and source.partition_by`);

  await step("setup", null, async () => ({ ...(await setup(engine, currentForecasts(config))) }) as never);

  const { definition, exports } = await configuredModel(mm, config.model);
  const { spec } = await runSpec(mm, definition, { exports });
  const snapshot = await during({ phase: "plan", run: spec.runId }, () => engine.source.snapshot(spec.query));
  const plan = [snapshot.id, spec.definition.sha256, exports, spec.seed, spec.keyArg, spec.mode];
  const trained = await step("train", plan, async (progress) => {
    const { runId, index } = await train(mm, undefined, { runId: spec.runId, ...progress });
    return { run: runId, succeeded: index.succeeded, failed: index.failed };
  });
  let best = trained.run as string;

  if (refine !== undefined) {
    const screen = best;
    const { metric, by, worst_percent: worstPercent, candidates, windows } = refine;
    const refined = await step("refine", [screen, refine], async (progress) => {
      const { runId, index, ranking } = await refineRun(mm, {
        from: screen,
        metric,
        by,
        worstPercent,
        windows,
        ...progress,
        ...(candidates !== undefined && { candidates }),
        ...(refine.time_budget !== undefined && { timeBudget: refine.time_budget }),
        ...(refine.hard_deadline !== undefined && { hardDeadline: refine.hard_deadline }),
      });
      const { succeeded, failed, skipped } = index;
      return { run: runId, ranked: ranking.ranked.length, succeeded, failed, skipped };
    });
    const runs = [screen, refined.run as string];
    const champions = await step("champions", [runs, metric], async () => {
      const { runId, from } = await collectChampions(engine, { runs, metric }, runContext(engine));
      const { matched, wins } = await compareRuns(engine, screen, runId, metric);
      const { a, b } = matched;
      const before = { mean: a.mean, median: a.median };
      return { run: runId, metric, from, improved: wins, before, after: { mean: b.mean, median: b.median } };
    });
    best = champions.run as string;
  }

  const { model: name, alias } = register;
  const registered = await step("register", [best, name, alias, config.train.horizon], async () => {
    const { version } = await mm.models.register({ run: best, ...(alias !== undefined && { alias }) });
    return { model: name, version, ...(alias !== undefined && { alias }) };
  });

  const inputTable = batch.input_table ?? source.table;
  const { select: _, where: __, ...query } = spec.query;
  const inputQuery = { ...query, ...rowsOf(mm, inputTable, spec.query) };
  const { future_table: futureTable } = batch;
  const [scored, future] = await during(
    { phase: "score", run: best },
    async () =>
      [
        await engine.source.snapshot(inputQuery),
        futureTable &&
          (await engine.source.snapshot({ table: tablePath(mm, futureTable), keyColumns: spec.query.keyColumns }))
            .fingerprint,
      ] as const,
  );
  const version = registered.version as string;
  await step("batch", [name, version, scored.id, future, batch], async (progress) => ({
    ...(await score(mm, { version, ...progress })),
  }));
  return reports;
}

async function readState({ engine }: Workspace): Promise<PipelineState> {
  return getJson<PipelineState>(engine.stage, STATE).catch((error: unknown) => {
    if (error instanceof ManymodelError && error.kind === "not-found") return {};
    throw error;
  });
}
