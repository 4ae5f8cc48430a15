import { expectTypeOf, it } from "vitest";
import type { Loop } from "../../src/api/seed-words.ts";
import { defineModel, type FitContext } from "../../src/model/index.ts";

const definition = defineModel({
  fit: ({ exports }: FitContext<{ unit_id: string }, { horizon: number }>) => ({ model: { steps: exports.horizon } }),
});

it("types of exports are checked against the definition", () => {
  const check = (loop: Loop) => {
    void loop.dopar<typeof definition>("x", { exports: { horizon: 30 } });
    // @ts-expect-error the definition's exports have no horizon of type string
    void loop.dopar<typeof definition>("x", { exports: { horizon: "30" } });
    // @ts-expect-error every model is kept
    void loop.dopar("x", { saveModels: false });
  };
  expectTypeOf(check).toBeFunction();
});
