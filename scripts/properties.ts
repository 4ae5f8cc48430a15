/**
 * Checks the properties of every method on series drawn at random, in rounds of one seed each, until the time is over.
 *
 *   npm run test:properties -- [--seed 1] [--minutes 10] [--runs 40] [--longest 2000] [--method NAME] [--property NAME]
 *
 * Prints the smallest series found without a property, each with the seed that found it. Exits with 1 if there is one.
 */
import { parseArgs } from "node:util";
import { checkProperty, METHOD_NAMES, PROPERTY_NAMES } from "../packages/forecast/test/properties/check.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "10" },
    runs: { type: "string", default: "40" },
    longest: { type: "string", default: "2000" },
    method: { type: "string" },
    property: { type: "string" },
  },
});
const methods = METHOD_NAMES.filter((name) => values.method === undefined || name === values.method);
const properties = PROPERTY_NAMES.filter((name) => values.property === undefined || name === values.property);
if (methods.length === 0 || properties.length === 0)
  throw new RangeError(
    `no such method or property; methods: ${METHOD_NAMES.join(", ")}; properties: ${PROPERTY_NAMES.join("; ")}`,
  );
const [runs, longest] = [Number(values.runs), Number(values.longest)];
const end = performance.now() + 60_000 * Number(values.minutes);
const broken = new Set<string>();
let seed = Number(values.seed);
let checks = 0;
for (; checks === 0 || performance.now() < end; seed++)
  for (const method of methods)
    for (const property of properties) {
      const name = `${method}: ${property}`;
      if (broken.has(name) || (checks > 0 && performance.now() > end)) continue;
      const { checked, counterexample } = checkProperty(method, property, { seed, runs, longest });
      checks += checked;
      if (counterexample === undefined) continue;
      broken.add(name);
      console.log(`${name} (seed ${seed})\n    ${counterexample}`);
    }
console.log(`${checks} checks with seeds ${values.seed} to ${seed - 1}, ${broken.size} properties broken`);
process.exit(broken.size === 0 ? 0 : 1);
