import { isDeepStrictEqual } from "node:util";
import { type Random, random } from "../../packages/forecast/src/stats/random.ts";
import { ManymodelError } from "../../src/core/errors.ts";
import { decodeKey, encodeKey, type KeyType, type KeyValue } from "../../src/core/partition-key.ts";
import { anyText, below, type FuzzReport, mutate, pick } from "./mutate.ts";

const PIECES = [
  "s:",
  "i:",
  "f:",
  "m:",
  "b:",
  "d:",
  "t:",
  "n:",
  ",",
  "%2c",
  "%25",
  "%",
  "%7f",
  "-0",
  "1e5",
  "0x1",
  "nan",
];
const NUMBERS = [
  0,
  1,
  -1,
  2 ** 53 - 1,
  2 ** 31,
  0.1,
  1e21,
  1e-7,
  5e-324,
  1.7976931348623157e308,
  Infinity,
  -Infinity,
  NaN,
];

/** Returns a key value in the codec's form: integers beyond 2^53 are `bigint`, zero has no sign. */
function value(uniform: Random, type: KeyType): KeyValue {
  const digits = () => String(below(uniform, 1e9));
  const two = () => String(1 + below(uniform, 28)).padStart(2, "0");
  const date = () => `${String(below(uniform, 10_000)).padStart(4, "0")}-${two()}-${two()}`;
  if (uniform() < 0.05) return null;
  switch (type) {
    case "string":
      return anyText(uniform).toWellFormed();
    case "integer": {
      const n = BigInt(`${pick(uniform, ["", "-"])}${digits()}${pick(uniform, ["", digits(), digits() + digits()])}`);
      return Number.isSafeInteger(Number(n)) ? Number(n) : n;
    }
    case "double": {
      const n = uniform() < 0.5 ? pick(uniform, NUMBERS) : (uniform() - 0.5) * 10 ** below(uniform, 40);
      return n === 0 ? 0 : n;
    }
    case "decimal":
      return `${pick(uniform, ["", "-"])}${digits()}${pick(uniform, ["", `.${digits()}`])}`;
    case "boolean":
      return uniform() < 0.5;
    case "date":
      return date();
    case "timestamp":
      return `${date()} ${two()}:00:00`;
  }
}

const TYPES: readonly KeyType[] = ["string", "string", "integer", "double", "decimal", "boolean", "date", "timestamp"];

/**
 * Tests the codec of partition keys: what is encoded decodes to itself; any other text is refused, or is the one text
 * of the key that it decodes to. A value that does not fit its column is refused.
 */
export function fuzzKeys(seed: number, inputs: number): FuzzReport {
  const uniform = random(seed);
  const failures: { input: string; why: string }[] = [];
  let accepted = 0;
  let slowestMs = 0;
  for (let i = 0; i < inputs; i++) {
    const types = Array.from({ length: 1 + below(uniform, 3) }, () => pick(uniform, TYPES));
    const columns = types.map((type, c) => ({ name: `K${c}`, type }));
    const key = types.map((type) => value(uniform, type));
    const text = encodeKey(columns, key);
    const began = performance.now();
    const decoded = decodeKey(text);
    const parts = types.map((type, c) => (key[c] === null ? null : type));
    if (!isDeepStrictEqual([decoded.key, decoded.types], [key, parts]))
      failures.push({ input: JSON.stringify(text), why: "decodes to another key" });
    const arbitrary = uniform() < 0.2 ? anyText(uniform, 30) : mutate(uniform, text, PIECES);
    try {
      const { key: values, types: kinds } = decodeKey(arbitrary);
      accepted++;
      const again = encodeKey(
        kinds.map((type) => ({ name: "", type: type ?? "string" })),
        values,
      );
      if (again !== arbitrary) failures.push({ input: JSON.stringify(arbitrary), why: `is accepted, but is ${again}` });
    } catch (error) {
      if (!(error instanceof ManymodelError)) failures.push({ input: JSON.stringify(arbitrary), why: String(error) });
    }
    const wrong = [anyText(uniform), 0.5, -0, 7n, true, null, NaN, Symbol.iterator, {}, []][below(uniform, 10)];
    try {
      const back = decodeKey(encodeKey(columns, [wrong as KeyValue, ...key.slice(1)])).key[0];
      if (typeof wrong === "object" && wrong !== null)
        failures.push({ input: String(wrong), why: `is ${String(back)}` });
    } catch (error) {
      if (!(error instanceof ManymodelError)) failures.push({ input: String(wrong), why: String(error) });
    }
    slowestMs = Math.max(slowestMs, performance.now() - began);
  }
  return { inputs, accepted, failures, slowestMs };
}
