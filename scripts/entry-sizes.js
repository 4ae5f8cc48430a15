/**
 * The size of a typical import from each entry of `@manymodel/forecast`: minified by esbuild, from the built package. Its
 * README shows them, and a test holds them.
 */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = fileURLToPath(new URL("../packages/forecast/dist/entries", import.meta.url));

/** Each entry, what it has, and what is imported from it to be measured. */
const ENTRIES = {
  simple: ["naive, seasonal naive, drift", "naive, forecast"],
  averages: ["mean, window average, seasonal window average", "mean, forecast"],
  arima: ["ARIMA, chosen automatically or given", "autoArima, forecast"],
  smoothing: ["ETS, Holt–Winters, theta, complex smoothing, decomposition", "ets, forecast"],
  tbats: ["TBATS, BATS", "tbats, forecast"],
  intermittent: ["Croston, SBA, TSB, ADIDA, IMAPA", "croston, forecast"],
  regression: ["regression on time, calendar and columns; logistic", "linearModel, forecast"],
  hierarchy: ["reconciliation of levels", "hierarchy, reconcile"],
  anomaly: ["anomalies of readings", "anomalies, scoreReadings"],
  monitoring: ["drift of forecasts, false alarms", "calibrate, detect, judge"],
  stats: ["distributions, random numbers, autocorrelation", "studentQuantile"],
  time: ["intervals of times, gaps", "detectInterval, nextTimes"],
  families: ["every method by its name", "METHODS, modelFunctions"],
};

/** Bundles and minifies each entry's import. */
export function entrySizes() {
  return Promise.all(
    Object.entries(ENTRIES).map(async ([entry, [about, imports]]) => {
      const { outputFiles } = await build({
        stdin: { contents: `export { ${imports} } from "./${entry}.js"`, resolveDir: folder },
        bundle: true,
        minify: true,
        format: "esm",
        write: false,
      });
      return { entry, about, imports, bytes: outputFiles[0].contents.length };
    }),
  );
}

/** Returns the sizes as a table, in kB of 1,000 bytes. */
export async function entryTable() {
  const rows = (await entrySizes()).map(
    ({ entry, about, imports, bytes }) =>
      `| \`@manymodel/forecast/${entry}\` | ${about} | \`${imports}\` | ${(bytes / 1000).toFixed(1)} kB |`,
  );
  return ["| entry | methods | import | minified |", "|---|---|---|--:|", ...rows].join("\n");
}
