import type { Advice } from "../../advise/advice.ts";
import { advise } from "../../advise/advise.ts";
import { adviseRows, type RowAdvice } from "../../advise/advise-rows.ts";
import { parseDuration } from "../../core/duration.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { PeriodRule } from "../../model/period-rule.ts";
import { dataQuery, type SourceQuery, type Workspace } from "../workspace.ts";

/** The series to judge by. Everything left out comes from the configuration. */
export interface AdviceOptions {
  readonly source?: SourceQuery;
  readonly target?: string;
  /** Observations per season; 1 to detect it. */
  readonly period?: PeriodRule;
  readonly horizon?: number;
  /** The number of partitions to look at; default 100. */
  readonly sample?: number;
  readonly seed?: number;
  /** The time for trying the built-in methods, such as `1m`, or a number of seconds; default 10 seconds. */
  readonly budget?: string | number;
}

/** Enough for some ten daily series of three years with every method. */
const DEFAULT_BUDGET = "10s";

/** Advises on a source from a sample of its partitions: on classifiers where the configured model is one. */
export function adviseOn(workspace: Workspace, options: AdviceOptions): Promise<Advice | RowAdvice> {
  const { config, engine } = workspace;
  const { source, train } = config;
  const common = {
    query: dataQuery(workspace, options.source),
    target: options.target ?? source?.target ?? "Y",
    sample: options.sample ?? 100,
    seed: options.seed ?? train.seed,
  };
  const { model } = config;
  if (typeof model !== "string" && model.options?.classes !== undefined)
    throw new ManymodelError(
      "usage",
      "advise compares classifiers of 0 and 1, and model.options has classes; train, and read TRAINING_METRICS instead",
    );
  const features = classFeatures(workspace);
  if (features !== undefined) return adviseRows(engine, { ...common, features });
  return advise(engine, {
    ...common,
    period: options.period ?? source?.period ?? 1,
    horizon: options.horizon ?? train.horizon,
    budgetMs: parseDuration("budget", options.budget ?? DEFAULT_BUDGET),
    workers: engine.workers.parallelism,
  });
}

/** Returns the features of the configured model, if it is one of classes. */
function classFeatures({ config: { model, train } }: Workspace): string[] | undefined {
  const { name, options } = typeof model === "string" ? { name: model, options: undefined } : model;
  const features = options?.features ?? train.exports.features;
  return Array.isArray(features) && name !== "boosted-regression" ? features.map(String) : undefined;
}
