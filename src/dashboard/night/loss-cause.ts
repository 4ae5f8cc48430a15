/** Facts about a series that loses much. Null where a fact is not known. */
export interface LossFacts {
  readonly observations: number;
  /** Observations held out to measure the error, and observations per season. */
  readonly holdout: number;
  readonly period: number;
  /** Mean absolute error of the holdout, the mean error (above 0: the forecast was too low), the mean size of its observations. */
  readonly error: number;
  readonly meanError: number | null;
  readonly size: number | null;
  /** The error over that of a seasonal naive forecast on the training rows. */
  readonly mase: number | null;
  /** The latest alarm of monitoring. */
  readonly alarm: LossAlarm | null;
  /** Rows that the newest batch wrote of the series. */
  readonly batch: LossBatch | null;
}

/** An alarm of monitoring. */
export interface LossAlarm {
  /** The version that was monitored; null for the one that is looked at. */
  readonly version: string | null;
  readonly reasons: readonly string[];
  /** The time from which on forecasts are worse, in ISO 8601. */
  readonly since: string | null;
  /** The mean error from then on over the mean observation, above 0 where forecasts are too low. */
  readonly bias: number | null;
}

/** The rows of a series in a batch. */
export interface LossBatch {
  readonly status: string;
  /** Steps that were forecast, and steps that were asked for. */
  readonly steps: number;
  readonly horizon: number;
  /** Columns that drive the series and need planned rows. */
  readonly drivers: readonly string[];
}

/** From this share of the absolute error on, the errors point one way. */
const ONE_SIDED = 0.5;

/**
 * Returns one sentence on why a series loses as much as it does: the first of these that is known. A batch that could not
 * forecast all of it; too few observations; an alarm of monitoring; errors that point one way; an error above that of
 * seasonal naive; else its size.
 */
export function lossCause(facts: LossFacts): string {
  return batchCause(facts) ?? shortCause(facts) ?? alarmCause(facts.alarm) ?? errorCause(facts);
}

function batchCause({ batch }: LossFacts): string | undefined {
  if (batch === null) return undefined;
  const { status, steps, horizon, drivers } = batch;
  if (status === "NO_MODEL") return "It has no model.";
  if (status === "FALLBACK") return "It has no model: seasonal naive forecasts it.";
  if (status === "ERROR") return "Its model failed in the last batch.";
  if (status === "STALE") return "Its newest rows are missing: the forecast is from older ones.";
  if (steps >= horizon) return undefined;
  const named =
    drivers.length === 0 ? "Its drivers have no planned row" : `${drivers.join(", ")} without a planned row`;
  return `${named}: ${steps} of ${horizon} steps are forecast.`;
}

function shortCause({ observations, holdout, period }: LossFacts): string | undefined {
  return observations < Math.max(2 * holdout, 3 * period)
    ? `${observations} ${observations === 1 ? "observation" : "observations"} only.`
    : undefined;
}

function alarmCause(alarm: LossAlarm | null): string | undefined {
  if (alarm === null) return undefined;
  const { reasons, since, bias, version } = alarm;
  const from = since === null ? "" : ` since ${day(since)}`;
  const of = version === null ? "" : ` in ${version}`;
  const way = ["too-low", "too-high"].find((reason) => reasons.includes(reason));
  if (way !== undefined) {
    const amount = bias === null || Math.abs(bias) < 0.005 ? "" : `${percent(bias)} `;
    return sentence(`${amount}${way.replace("-", " ")}${of}${from}: level shift`);
  }
  if (reasons.includes("missing")) return sentence(`rows are missing${from}`);
  if (reasons.includes("zeros")) return sentence(`more zeros than before${from}`);
  if (reasons.includes("wide-errors") || reasons.includes("spread"))
    return sentence(`errors are wider than before${of}${from}`);
  if (reasons.some((reason) => reason.startsWith("coverage")))
    return sentence(`more observations are outside the intervals than should be${of}${from}`);
  return undefined;
}

function errorCause({ error, meanError, size, mase, holdout }: LossFacts): string {
  const share = size === null || size === 0 ? null : error / size;
  if (meanError !== null && Math.abs(meanError) > ONE_SIDED * error) {
    const amount = size === null || size === 0 ? "" : `${percent(meanError / size)} `;
    return sentence(`${amount}too ${meanError > 0 ? "low" : "high"} over the ${holdout} steps held out`);
  }
  if (mase !== null && mase > 1)
    return `Hard to forecast: ${times(mase)} times the error of seasonal naive on the rows before.`;
  if (share !== null) return `Its size: the error is ${percent(share)} of its observations.`;
  return "Its observations are 0, its forecasts are not.";
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
const percent = (share: number) => `${Math.round(100 * Math.abs(share))} %`;
const times = (ratio: number) => ratio.toFixed(1);
const day = (iso: string) =>
  new Date(`${iso.slice(0, 10)}T00:00:00Z`).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
