/**
 * Compares boosted trees with LightGBM's of the same options, on generated tables and on public ones that scikit-learn and
 * statsmodels ship: AUC of classes, RMSE of numbers, on rows that neither was fitted to, and the seconds of a fit. Public tables are
 * divided five times: the numbers are means.
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
const oracle = fileURLToPath(new URL("../scripts/oracle/lightgbm_oracle.py", import.meta.url));

/** Asks the oracle, whose answer is empty where Python has not what it needs. */
function ask(args: readonly string[], input = "") {
  const limits = { maxBuffer: 2 ** 30, encoding: "utf8" } as const;
  const { status, stdout } = spawnSync(options.python, [oracle, ...args], { input, ...limits });
  return status === 0 ? JSON.parse(stdout) : [];
}

/** A table with a name, as the oracle reads it: null is missing. */
interface Question extends Pick<Table, "loss" | "training"> {
  readonly name: string;
  readonly x: readonly (readonly (number | null)[])[];
  readonly y: readonly number[];
}

const generated = Array.from({ length: Number(options.tables) }, (_, i): Question => {
  const { x, y, loss, training } = tableOf(i, Number(options.rows));
  const columns = Object.values(x).map((column) => Array.from(column, (value) => (Number.isNaN(value) ? null : value)));
  return { name: `generated ${i}`, loss, training, x: columns, y: Array.from(y) };
});
const shipped: readonly Question[] = ask(["public"]);
const questions = [...generated, ...shipped];
const answers: readonly number[][] = ask([], JSON.stringify(questions));

function measure({ loss }: Pick<Table, "loss">, actual: Float64Array, predicted: ArrayLike<number>): number {
  if (loss === "logistic") return auc(actual, Float64Array.from(predicted));
  const squares = actual.reduce((sum, value, t) => sum + (value - (predicted[t] ?? NaN)) ** 2, 0);
  return Math.sqrt(squares / actual.length);
}

const results = new Map<string, { loss: string; ours: number[]; theirs: number[]; seconds: number[] }>();
for (const [i, question] of questions.entries()) {
  const { name, loss, training } = question;
  const columns = question.x.map((column, j) => [`f${j}`, Float64Array.from(column, (value) => value ?? NaN)] as const);
  const table: Table = { loss, training, x: Object.fromEntries(columns), y: Float64Array.from(question.y) };
  const began = process.cpuUsage().user;
  const trainingRows = rowsOf(table, 0, training);
  const model = boostedTrees(trainingRows.x, trainingRows.y, { loss });
  const seconds = (process.cpuUsage().user - began) / 1e6;
  const holdout = rowsOf(table, training, table.y.length);
  const result = results.get(name) ?? { loss, ours: [], theirs: [], seconds: [] };
  results.set(name, result);
  result.ours.push(measure(table, holdout.y, predictBoosted(model, holdout.x)));
  const answer = answers[i];
  result.theirs.push(answer === undefined ? NaN : measure(table, holdout.y, answer));
  result.seconds.push(seconds);
}
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
for (const [name, { loss, ours, theirs, seconds }] of results)
  console.log(
    `${name}: ${loss === "logistic" ? "AUC" : "RMSE"} ${mean(ours).toFixed(4)}, LightGBM ${mean(theirs).toFixed(4)}, difference ${(mean(ours) - mean(theirs)).toFixed(4)}; ${mean(seconds).toFixed(2)} s`,
  );
