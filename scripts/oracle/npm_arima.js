/**
 * Automatic ARIMA of npm's package `arima`: answers each line of its input, a series, by a line with its forecast and its
 * milliseconds of CPU. node npm_arima.js FOLDER, a folder in whose node_modules the package is.
 */
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";

const ARIMA = createRequire(path.resolve(process.argv[2] ?? ".", "package.json"))("arima");
for await (const line of createInterface({ input: process.stdin })) {
  const { values, period, h } = JSON.parse(line);
  const began = process.cpuUsage().user;
  const orders = { p: 5, d: 2, q: 5, P: 2, D: 1, Q: 2, s: period };
  const [mean] = new ARIMA({ auto: true, ...orders, verbose: false }).fit(values).predict(h);
  // What the package itself prints ends without a new line.
  console.log(`\n${JSON.stringify({ mean, ms: [(process.cpuUsage().user - began) / 1000] })}`);
}
