import type { Advice } from "../../advise/advice.ts";
import { advise } from "../../advise/advise.ts";
import { parseDuration } from "../../core/duration.ts";
import type { PeriodRule } from "../../model/period-rule.ts";
import { dataQuery, type SourceQuery, type Workspace } from "../workspace.ts";

/** The series to judge by. Everything left out comes from the configuration. */
export interface AdviceOptions {
  readonly source?: SourceQuery;
  readonly target?: string;
  /** Observations per season; 1: look for it. */
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

/** Advises on a source from a sample of its partitions. */
export function adviseOn(workspace: Workspace, options: AdviceOptions): Promise<Advice> {
  const { config, engine } = workspace;
  const { source, train } = config;
  return advise(engine, {
    query: dataQuery(workspace, options.source),
    target: options.target ?? source?.target ?? "Y",
    period: options.period ?? source?.period ?? 1,
    horizon: options.horizon ?? train.horizon,
    sample: options.sample ?? 100,
    seed: options.seed ?? train.seed,
    budgetMs: parseDuration("budget", options.budget ?? DEFAULT_BUDGET),
    workers: engine.workers.parallelism,
  });
}
