// Writes churn.onnx, as a company's scorer that was trained elsewhere: log odds = -0.4 TENURE + 0.6 TICKETS + 0.2, of any
// number of rows. An ONNX file is a protocol buffer: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
import { writeFileSync } from "node:fs";

const varint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >> 7)]);
const number = (field, n) => [field << 3, ...varint(n)];
const bytes = (field, content) => [(field << 3) | 2, ...varint(content.length), ...content];
const text = (field, value) => bytes(field, [...new TextEncoder().encode(value)]);
const message = (field, ...parts) => bytes(field, parts.flat());

const FLOAT = 1;
const tensor = (name, dims, values) =>
  message(
    5,
    ...dims.map((dim) => number(1, dim)),
    number(2, FLOAT),
    text(8, name),
    bytes(9, [...new Uint8Array(Float32Array.from(values).buffer)]),
  );
const node = (type, inputs, output) =>
  message(1, ...inputs.map((name) => text(1, name)), text(2, output), text(4, type));
const value = (field, name, columns) => {
  const shape = message(2, message(1, text(2, "rows")), message(1, number(1, columns)));
  return message(field, text(1, name), message(2, message(1, number(1, FLOAT), shape)));
};
const graph = message(
  7,
  node("MatMul", ["features", "weights"], "product"),
  node("Add", ["product", "intercept"], "log_odds"),
  text(2, "churn"),
  tensor("weights", [2, 1], [-0.4, 0.6]),
  tensor("intercept", [1], [0.2]),
  value(11, "features", 2),
  value(12, "log_odds", 1),
);
writeFileSync("churn.onnx", Uint8Array.from([...number(1, 8), ...graph, ...message(8, number(2, 13))]));
