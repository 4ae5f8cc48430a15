import { defineModel } from "manymodel";
import { logistic, probability } from "manymodel/forecast";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm";
import * as ort from "onnxruntime-web/wasm";
import scorer from "./churn.onnx";
import { measures, pick, split } from "./rows.js";

// The runtime and the network travel inside the bundle. One thread a worker: the crew has as many workers as cores.
ort.env.wasm.wasmBinary = wasm;
ort.env.wasm.numThreads = 1;
const session = ort.InferenceSession.create(scorer);

/** Returns the log odds by the scorer that was trained elsewhere. */
async function logOdds(data) {
  const [tenure, tickets] = [data.numbers("TENURE"), data.numbers("TICKETS")];
  const features = new ort.Tensor(
    "float32",
    Float32Array.from({ length: 2 * data.length }, (_, i) => (i % 2 === 0 ? tenure[i / 2] : tickets[(i - 1) / 2])),
    [data.length, 2],
  );
  const { log_odds } = await (await session).run({ features });
  return Float64Array.from(log_odds.data);
}

/** Calibrates the scorer by a region's own outcomes (Platt scaling). */
const calibrate = (score, outcome) => logistic({ score }, outcome, { ridge: 1 });

export default defineModel({
  scores: "rows",
  async fit({ data, exports: { target, holdout }, seed }) {
    const score = await logOdds(data);
    const y = data.numbers(target);
    const { training, held } = split(y, holdout, seed);
    const trial = calibrate(pick(score, training), pick(y, training));
    return {
      model: calibrate(score, y),
      metrics: measures(pick(y, held), probability(trial, { score: pick(score, held) })),
    };
  },
  predict: async ({ model, data }) => ({ mean: probability(model, { score: await logOdds(data) }) }),
});
