/** Metrics in words. */
const WORDS: Readonly<Record<string, string>> = {
  lost_value: "value missed a step",
  mae: "units missed a step (MAE)",
  me: "units too low a step (ME)",
  rmse: "root of the squared error (RMSE)",
  mape: "error in percent, mean (MAPE)",
  smape: "error in percent, symmetric (sMAPE)",
  wape: "error in percent of the size (WAPE)",
  mase: "error against seasonal naive (MASE)",
  rmsse: "squared error against naive (RMSSE)",
  value_added: "better than seasonal naive by, in percent",
  aicc: "information criterion (AICc)",
};

/** Returns a metric in words, with where it was measured: on a holdout, or on the rows that were fitted. */
export function metricWords(name: string): string {
  if (name === "contest_score") return "score of the contest";
  const lag = name.startsWith("holdout_lag_") ? ", ordered ahead" : "";
  const base = name.replace(/^holdout_(?:lag_)?/, "");
  const words = WORDS[base];
  if (words === undefined) return name;
  return name === base && base !== "aicc" && base !== "lost_value" ? `${words}, in sample` : `${words}${lag}`;
}

/** Returns a metric's name for the head of a column. */
export const shortMetric = (name: string): string =>
  name === "lost_value" ? "value missed" : name === "holdout_mae" ? "units missed" : name.replace(/^holdout_/, "");
