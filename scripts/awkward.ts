/**
 * Trains every method on SKUs that are hard to forecast, on one engine or more, and scores their models over newer rows.
 *
 *   npm run test:awkward -- [--skus 300] [--engine local,postgres,snowflake] [--method NAME,…] [--workers 2]
 *
 * Prints failures without a reason that a planner would accept, forecasts that are not plausible, and results that differ
 * from the first engine's. Exits with 1 if there is one of these.
 */
import { parseArgs } from "node:util";
import { METHODS } from "@manymodel/forecast";
import { type Findings, workOnAwkward } from "../test/awkward/workspace.ts";
import { ENGINES } from "../test/engines/places.ts";

const { values } = parseArgs({
  options: {
    skus: { type: "string", default: "300" },
    engine: { type: "string", default: "local,postgres,snowflake" },
    method: { type: "string", default: Object.keys(METHODS).join() },
    workers: { type: "string", default: "2" },
  },
});
const plan = {
  ...{ skus: Number(values.skus), methods: values.method.split(","), workers: Number(values.workers) },
  ...{ chunks: 8, order: "sorted" as const },
};
let first: Findings | undefined;
let problems = 0;
for (const { engine, missing, open } of ENGINES) {
  if (!values.engine.split(",").includes(engine)) continue;
  if (missing !== undefined) {
    console.log(`${engine}: skipped, ${missing}`);
    continue;
  }
  const began = performance.now();
  const place = await open();
  const findings = await workOnAwkward(place, plan);
  await place.close();
  const { results, unexplained, implausible, accepted } = findings;
  const before = (first ??= findings).results;
  const different = [...before.keys(), ...results.keys()].filter((name) => before.get(name) !== results.get(name));
  problems += unexplained.length + implausible.length + different.length;
  console.log(
    `${engine}: ${plan.skus} SKUs, ${plan.methods.length} methods, ${results.size} results, ${((performance.now() - began) / 1000).toFixed(0)} s`,
  );
  for (const [reason, count] of accepted) console.log(`  ${count} without a model or forecast: ${reason}`);
  for (const [heading, lines] of [
    ["failures without an accepted reason", unexplained],
    ["forecasts that are not plausible", implausible],
    ["results that differ from the first engine's", [...new Set(different)]],
  ] as const) {
    console.log(`  ${lines.length} ${heading}`);
    for (const line of lines.slice(0, 40)) console.log(`    ${line}`);
  }
}
process.exit(problems === 0 ? 0 : 1);
