import { describe, expectTypeOf, it } from "vitest";
import type { PlainData } from "../../src/core/columns/plain-data.ts";
import { defineModel, type FitContext, type KeyArgument } from "../../src/model/index.ts";

describe("types of a model definition", () => {
  it("follow from the definition where it says them, and are plain data where it does not", () => {
    defineModel({
      fit({ unit_id, data, exports, seed }: FitContext<{ unit_id: string }, { horizon: number }>) {
        expectTypeOf(unit_id).toEqualTypeOf<string>();
        expectTypeOf(data.numbers("Y")).toEqualTypeOf<Float64Array>();
        expectTypeOf(exports.horizon).toEqualTypeOf<number>();
        expectTypeOf(seed).toEqualTypeOf<number>();
        return { model: { mean: 1, kind: "mean" as const } };
      },
      predict({ model, horizon, levels, unit_id }) {
        expectTypeOf(model).toEqualTypeOf<{ mean: number; kind: "mean" }>();
        expectTypeOf(horizon).toEqualTypeOf<number>();
        expectTypeOf(levels).toEqualTypeOf<readonly number[]>();
        expectTypeOf(unit_id).toEqualTypeOf<string>();
        return { mean: [model.mean] };
      },
    });
    defineModel({
      fit(context) {
        expectTypeOf(context.unit_id).toEqualTypeOf<KeyArgument>();
        expectTypeOf(context.exports.anything).toEqualTypeOf<PlainData | undefined>();
        return { model: { a: 1 } };
      },
      predict: ({ model }) => ({ mean: [model.a] }),
    });
  });

  it("do not let a model be anything but an object", () => {
    // @ts-expect-error a string is not a model
    defineModel({ fit: () => ({ model: "ARIMA" }) });
  });
});
