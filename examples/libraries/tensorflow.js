import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import { defineModel } from "manymodel";
import { normal, random } from "manymodel/forecast";
import { encodedRows, learnEncoding, measures, pick, split } from "./rows.js";

// Without this it advises its native form, which a bundle cannot hold.
tf.env().set("IS_TEST", true);

const HIDDEN = 6;

/** Returns the log odds of rows by a network with one hidden layer. */
const logits = ([w1, b1, w2, b2], x) =>
  tf.reshape(tf.add(tf.matMul(tf.tanh(tf.add(tf.matMul(x, w1), b1)), w2), b2), [-1]);

/** Tensors are freed by hand: `tidy` leaves none behind. */
const probabilities = (weights, rows) => tf.tidy(() => tf.sigmoid(logits(weights, tf.tensor2d(rows))).dataSync());

/** Trains by Adam from weights that the seed draws, so that the same rows give the same network. */
function train(rows, outcome, seed) {
  const uniform = random(seed);
  const weights = [[rows[0].length, HIDDEN], [HIDDEN], [HIDDEN, 1], [1]].map((shape) => {
    const size = shape.reduce((product, n) => product * n, 1);
    return tf.variable(
      tf.tensor(
        Float32Array.from({ length: size }, () => normal(uniform) / 2),
        shape,
      ),
    );
  });
  const [x, y] = [tf.tensor2d(rows), tf.tensor1d(Array.from(outcome))];
  const optimizer = tf.train.adam(0.05);
  for (let step = 0; step < 60; step++)
    optimizer.minimize(() => tf.losses.sigmoidCrossEntropy(y, logits(weights, x)), false, weights);
  optimizer.dispose();
  tf.dispose([x, y]);
  return weights;
}

export default defineModel({
  scores: "rows",
  fit({ data, exports: { target, features, holdout }, seed }) {
    const learnt = learnEncoding(data, features);
    const rows = encodedRows(learnt, data, features);
    const y = data.numbers(target);
    const { training, held } = split(y, holdout, seed);
    const trial = train(pick(rows, training), pick(y, training), seed);
    const metrics = measures(pick(y, held), probabilities(trial, pick(rows, held)));
    tf.dispose(trial);
    return { model: { learnt, weights: train(rows, y, seed) }, metrics };
  },
  /** Stores the weights as bytes. */
  save({ learnt, weights }) {
    const saved = weights.map((tensor) => ({ shape: tensor.shape, values: tensor.dataSync() }));
    tf.dispose(weights);
    return { learnt, weights: saved };
  },
  load: ({ learnt, weights }) => ({ learnt, weights: weights.map(({ values, shape }) => tf.tensor(values, shape)) }),
  predict({ model: { learnt, weights }, data, exports: { features } }) {
    const mean = probabilities(weights, encodedRows(learnt, data, features));
    tf.dispose(weights);
    return { mean };
  },
});
