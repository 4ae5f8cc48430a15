import { defineModel, type FitContext } from "manymodel";

/** The cheapest body there is: what remains is the cost of the machinery. */
export default defineModel({
  fit({ data }: FitContext<{ unit_id: string }, { target: string }>) {
    const y = data.numbers("Y");
    let sum = 0;
    for (const value of y) sum += value;
    return { model: { kind: "average", mean: sum / y.length } };
  },
  predict: ({ model, horizon }) => ({ mean: new Array<number>(horizon).fill(model.mean) }),
});
