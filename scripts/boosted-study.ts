/**
 * Compares boosted trees with LightGBM's of the same options on generated tables: AUC of classes, RMSE of numbers, on rows
 * that neither was fitted to, and the seconds of a fit.
 *
 *   npm run boosted-study -- [--tables 10] [--rows 10000] [--python python3]
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { auc, boostedTrees, predictBoosted } from "@manymodel/forecast";
import { rowsOf, type Table, tableOf } from "../packages/forecast/test/trees/tables.ts";

const { values: options } = parseArgs({
  options: {
    tables: { type: "string", default: "10" },
    rows: { type: "string", default: "10000" },
    python: { type: "string", default: "python3" },
  },
});
const tables = Array.from({ length: Number(options.tables) }, (_, i) => tableOf(i, Number(options.rows)));
const questions = tables.map(({ x, y, loss, training }) => ({
  loss,
  training,
  x: Object.values(x).map((column) => Array.from(column, (value) => (Number.isNaN(value) ? null : value))),
  y: Array.from(y),
}));
const oracle = fileURLToPath(new URL("../scripts/oracle/lightgbm_oracle.py", import.meta.url));
const { status, stdout } = spawnSync(options.python, [oracle], {
  input: JSON.stringify(questions),
  maxBuffer: 2 ** 30,
  encoding: "utf8",
});
const answers: readonly number[][] = status === 0 ? JSON.parse(stdout) : [];

function measure({ loss }: Table, actual: Float64Array, predicted: ArrayLike<number>): number {
  if (loss === "logistic") return auc(actual, Float64Array.from(predicted));
  const squares = actual.reduce((sum, value, t) => sum + (value - (predicted[t] ?? NaN)) ** 2, 0);
  return Math.sqrt(squares / actual.length);
}

for (const [i, table] of tables.entries()) {
  const { loss, training, y } = table;
  const began = process.cpuUsage().user;
  const known = rowsOf(table, 0, training);
  const model = boostedTrees(known.x, known.y, { loss });
  const seconds = (process.cpuUsage().user - began) / 1e6;
  const held = rowsOf(table, training, y.length);
  const ours = measure(table, held.y, predictBoosted(model, held.x));
  const theirs = answers[i] === undefined ? NaN : measure(table, held.y, answers[i]);
  const name = loss === "logistic" ? "AUC" : "RMSE";
  console.log(
    `table ${i}: ${name} ${ours.toFixed(4)}, LightGBM ${theirs.toFixed(4)}, difference ${(ours - theirs).toFixed(4)}; ${seconds.toFixed(2)} s`,
  );
}
