import { ManymodelError, show } from "./errors.ts";

/** The better values of a metric: small values, large values, or values close to zero. */
export type Better = "lower" | "higher" | "zero";

/**
 * The subject of a metric: forecasts of a series, probabilities of a class, numbers for rows, or a sensor's readings.
 */
export type MetricKind = "series" | "class" | "number" | "readings";

/**
 * The unit of a metric: the target's units or their square, percent, errors of a naive forecast (1 is as good as
 * naive), shares from 0 to 1, natural logarithms, or counts.
 */
export type MetricScale = "units" | "percent" | "naive" | "share" | "log" | "count";

/** The declaration of a model definition's own metric. */
export interface MetricDeclaration {
  readonly better: Better;
  /** The best possible value, such as 1 for AUC. The distance from it is the most that refining can gain. */
  readonly best?: number;
}

/** Metrics that a model definition declares, by name. */
export type MetricDeclarations = Readonly<Record<string, MetricDeclaration>>;

/** A metric of a run: its name, and the rule that compares its values. */
export interface Metric extends MetricDeclaration {
  readonly name: string;
  /** The kinds of the metric; empty if it is neither declared nor built in. */
  readonly kinds: readonly MetricKind[];
  readonly scale?: MetricScale;
}

type Known = Omit<Metric, "name">;
const error = (scale: MetricScale, ...kinds: MetricKind[]): Known => ({ better: "lower", best: 0, kinds, scale });
const skill = (scale: MetricScale, ...kinds: MetricKind[]): Known => ({ better: "higher", best: 1, kinds, scale });

/** The metrics of built-in models, by name without `holdout_`. */
const KNOWN: Readonly<Record<string, Known>> = {
  me: { better: "zero", best: 0, kinds: ["series", "number"], scale: "units" },
  rmse: error("units", "series", "number"),
  mae: error("units", "series", "number"),
  mape: error("percent", "series", "number"),
  smape: error("percent", "series", "number"),
  wape: error("percent", "series", "number"),
  mase: error("naive", "series"),
  rmsse: error("naive", "series"),
  pinball: error("naive", "series"),
  aicc: { better: "lower", kinds: ["series"], scale: "log" },
  r2: skill("share", "number"),
  log_loss: error("log", "class"),
  brier: error("share", "class"),
  calibration_error: error("share", "class"),
  deviance: error("log", "class"),
  auc: skill("share", "class"),
  pr_auc: skill("share", "class"),
  accuracy: skill("share", "class"),
  f1: skill("share", "class"),
  precision: skill("share", "class"),
  recall: skill("share", "class"),
  value_added: { better: "higher", kinds: ["series"], scale: "percent" },
  anomalies: error("count", "readings"),
  anomaly_share: error("share", "readings"),
};

/** The metric of a run whose metric is not named: MASE of series, log loss of probabilities, RMSE of numbers. */
export const DEFAULT_METRICS: readonly string[] = ["holdout_mase", "holdout_log_loss", "cv_log_loss", "holdout_rmse"];

/** The origins of a holdout that has several (see `originMetrics`), and forecasts of one lag. */
const PART = "(?:earlier_|last_)?(?:lag_)?";
/** Measured on rows or observations that the fit had not seen. */
const OUT_OF_SAMPLE = new RegExp(`^(?:holdout|cv|test|validation)_${PART}`);

/**
 * Returns a metric by its name in a run: the declared one, else a built-in one, else a metric of which less is better.
 */
export function metricOf(name: string, declared: MetricDeclarations = {}): Metric {
  const base = name.replace(OUT_OF_SAMPLE, "");
  const key = [name, base].find((word) => Object.hasOwn(declared, word));
  const builtIn = Object.hasOwn(KNOWN, base) ? KNOWN[base] : undefined;
  const declaration = key === undefined ? undefined : declared[key];
  if (declaration !== undefined) {
    const kinds = builtIn?.kinds ?? [];
    const best = declaration.better === "higher" ? {} : { best: 0 };
    return { name, kinds, ...(builtIn?.scale !== undefined && { scale: builtIn.scale }), ...best, ...declaration };
  }
  return { ...(builtIn ?? { better: "lower", best: 0, kinds: [] }), name };
}

/**
 * Finds the metric that a user's word names. `mape` is `holdout_mape`: measures of series never mean values in sample.
 * `auc` is `holdout_auc` if the run has it. Without a word, the result is the first metric that the definition
 * declares, or the first of `DEFAULT_METRICS`.
 *
 * @param names - the metrics of the run
 */
export function findMetric(
  word: string | undefined,
  names: ReadonlySet<string>,
  declared?: MetricDeclarations,
): Metric {
  if (word === undefined) {
    const candidates = [...Object.keys(declared ?? {}), ...DEFAULT_METRICS];
    return metricOf(candidates.find((name) => names.has(name)) ?? "holdout_mase", declared);
  }
  if (declared !== undefined && Object.hasOwn(declared, word)) return metricOf(word, declared);
  const base = word.toLowerCase().replace(new RegExp(`^${PART}`), "");
  const builtIn = Object.hasOwn(KNOWN, base) ? KNOWN[base] : undefined;
  const holdoutName = `holdout_${word.toLowerCase()}`;
  const isHeld =
    builtIn !== undefined && base !== "aicc" && (builtIn.kinds.includes("series") || names.has(holdoutName));
  return metricOf(isHeld ? holdoutName : word, declared);
}

/** Returns the value that is compared: the distance from zero where values close to zero are better. */
export function comparedValue({ better }: Pick<Metric, "better">, value: number): number {
  return better === "zero" ? Math.abs(value) : value;
}

/** Returns how much better a value is than another, in the metric's scale; negative if it is worse. */
export function improvement(metric: Pick<Metric, "better">, before: number, after: number): number {
  const change = comparedValue(metric, after) - comparedValue(metric, before);
  return metric.better === "higher" ? change : 0 - change;
}

/** Returns a number that is the larger the worse a value is. */
export function badness(metric: Pick<Metric, "better">, value: number): number {
  return metric.better === "higher" ? -value : comparedValue(metric, value);
}

/** Says in words which values of a metric are better. */
export function directionText({ better }: Pick<Metric, "better">): string {
  if (better === "zero") return "which is best close to zero";
  return `of which ${better === "lower" ? "less" : "more"} is better`;
}

/** Checks the metrics that a definition declares. @throws {ManymodelError} `usage` naming the metric and its value */
export function checkMetricDeclarations(declared: unknown, definition: string): MetricDeclarations {
  if (typeof declared !== "object" || declared === null || Array.isArray(declared))
    throw new ManymodelError(
      "usage",
      `metrics of ${definition} is ${show(declared)}; it must be an object such as { auc: { better: "higher" } }`,
    );
  const checked: Record<string, MetricDeclaration> = {};
  for (const [name, declaration] of Object.entries(declared)) checked[name] = checkDeclaration(name, declaration);
  return checked;
}

function checkDeclaration(name: string, declaration: unknown): MetricDeclaration {
  const fields: { better?: unknown; best?: unknown } =
    typeof declaration === "object" && declaration !== null ? declaration : {};
  const { better, best, ...others } = fields;
  if (better !== "lower" && better !== "higher" && better !== "zero")
    throw new ManymodelError(
      "usage",
      `metrics.${name} is ${show(declaration)}; it must state better: "lower", "higher" or "zero"`,
    );
  if (best !== undefined && (typeof best !== "number" || !Number.isFinite(best)))
    throw new ManymodelError("usage", `metrics.${name}.best is ${show(best)}; it must be a finite number`);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new ManymodelError("usage", `metrics.${name} has an unknown field ${unknown}; it may have better and best`);
  return best === undefined ? { better } : { better, best };
}
