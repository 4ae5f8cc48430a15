import { type Random, random } from "../../packages/forecast/src/stats/random.ts";
import { parseConfig } from "../../src/config/load.ts";
import { ManymodelError } from "../../src/core/errors.ts";
import { anyText, below, type FuzzReport, mutate, pick } from "./mutate.ts";

const DOCUMENTS = [
  `engine: local
workspace: .manymodel
source:
  table: SALES
  partition_by: [STORE, SKU]
  order_by: OBS_DATE
  target: Y
  period: 7
model:
  name: best
  options: { candidates: [ets, theta], nested: { deep: [1, 2.5, null, true, "x"] } }
train:
  mode: queue
  chunks_per_job: auto
  fit_timeout: 90s
  exports: { a: 1, b: [x, y] }
queue: { n_workers: 2, time_budget: 10m }
batch:
  levels: [80, 95]
`,
  `parallel_lab:
  compute_pool: POOL
  schemas: { source: SRC, models: MDL }
  demo_forecast_n_skus: 2000
`,
  `source: &s { table: T, partition_by: ID }
train: { exports: { one: &x [1, 2], two: *x } }
`,
  `refine:
  metric: mase
  candidates:
    - ets
    - theta
cost:
  cpu_hour: 0.05
register: { name: M, alias: best }
`,
];

const PIECES = [
  ...["__proto__: { polluted: 1 }\n", "constructor: { prototype: { polluted: 1 } }\n", "prototype", "{", "}", "[", "]"],
  ...["&a ", "*a", "<<: *a\n", "? ", "- ", ": ", "!!binary ", "!!set ", "!!omap ", "!!js/function ", "|\n", ">-\n"],
  ...["%YAML 1.1\n---\n", "---\n", "...\n", "# ", "'", '"', "\\u0000", "~", ".nan", ".inf", "0o17", "1e999", "\t"],
  ...["2024-01-01", "!!timestamp ", "&a [*a]", "train:\n", "exports: ", "null", "yes", "-1", "9".repeat(400)],
];

/** Returns a document of any shape, from YAML's own signs. */
function arbitrary(uniform: Random): string {
  let text = "";
  for (let n = below(uniform, 20); n > 0; n--) text += uniform() < 0.5 ? pick(uniform, PIECES) : anyText(uniform);
  return text;
}

/** Returns a document that is deep, or deeper than any stack. */
function deep(uniform: Random): string {
  const depth = Math.floor(10 ** (1 + 3 * uniform()));
  const [open, close] = pick(uniform, [
    ["[", "]"],
    ["{ a: ", "}"],
    ["[{ a: ", "}]"],
  ] as const);
  return `train: { exports: { x: ${open.repeat(depth)}${uniform() < 0.7 ? `${close.repeat(depth)} } }` : ""}`;
}

const globals = () =>
  [Object.prototype, Array.prototype, Function.prototype].map((p) => Reflect.ownKeys(p).length).join();

/**
 * Tests the loader of configurations: any text is a configuration, or refused with a `ManymodelError` that names the
 * file and is one line. Nothing that all objects share is changed.
 */
export async function fuzzConfig(seed: number, inputs: number): Promise<FuzzReport> {
  const uniform = random(seed);
  const failures: { input: string; why: string }[] = [];
  const before = globals();
  let accepted = 0;
  let slowestMs = 0;
  for (let i = 0; i < inputs; i++) {
    const kind = uniform();
    const text =
      kind < 0.002
        ? deep(uniform)
        : kind < 0.25
          ? arbitrary(uniform)
          : mutate(uniform, pick(uniform, DOCUMENTS), PIECES);
    const fail = (why: string) => void failures.push({ input: JSON.stringify(text).slice(0, 2000), why });
    const began = performance.now();
    try {
      const config = await parseConfig(text, "fuzzed.yaml");
      accepted++;
      if ("polluted" in config || "polluted" in config.train.exports) fail("has what it must not have");
    } catch (error) {
      if (!(error instanceof ManymodelError)) fail(String(error));
      else if (!/^fuzzed\.yaml:\d+: ./s.test(error.message)) fail(`names no line: ${error.message}`);
      else if (/[\r\n\u2028\u2029]/.test(error.message)) fail(`has several lines: ${error.message}`);
    }
    if (globals() !== before || "polluted" in {}) {
      fail("changed what all objects share");
      break;
    }
    slowestMs = Math.max(slowestMs, performance.now() - began);
  }
  return { inputs, accepted, failures, slowestMs };
}
