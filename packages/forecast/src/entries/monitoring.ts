/**
 * Monitoring of forecasts: cumulative sums, coverage, shifts of the data, and verdicts over many series.
 *
 * @module
 */
export * from "../monitoring/index.ts";
