import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { whyNotPlain } from "../../../src/core/columns/plain-data.ts";

describe("whyNotPlain", () => {
  it("accepts everything that JSON gives back unchanged", () => {
    fc.assert(
      fc.property(
        fc.jsonValue().filter((v) => !JSON.stringify(v).includes("__proto__")),
        (value) => {
          expect(whyNotPlain(value, "x")).toBeUndefined();
        },
      ),
    );
    expect(whyNotPlain({ a: undefined, b: [1, { c: null }] }, "x")).toBeUndefined();
    expect(whyNotPlain(Object.assign(Object.create(null), { a: 1 }), "x")).toBeUndefined();
  });

  it("names the place and the error", () => {
    class Model {}
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const cases: [unknown, string][] = [
      [{ coef: { ar1: NaN } }, "model.coef.ar1 is NaN"],
      [[1, Infinity], "model[1] is Infinity"],
      [{ f: () => 1 }, "model.f is a function"],
      [{ big: 1n }, "model.big is 1"],
      [{ y: new Float64Array(2) }, "model.y is a Float64Array"],
      [{ d: new Date(0) }, "model.d is a Date"],
      [{ m: new Map() }, "model.m is a Map"],
      [{ m: new Model() }, "model.m is a Model"],
      [circular, "model.self refers to itself"],
      [[undefined], "model[0] is undefined"],
      [JSON.parse('{"__proto__": 1}'), 'property "__proto__"'],
      [{ toJSON: () => 1 }, "model.toJSON is a function"],
    ];
    for (const [value, message] of cases) expect(whyNotPlain(value, "model")).toContain(message);
  });
});
