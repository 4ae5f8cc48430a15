import { defineModel, type FitContext } from "manymodel";

/** A body that costs next to nothing, but leaves as many metrics as the built-in forecaster. */
export default defineModel({
  fit({ data, seed }: FitContext<{ unit_id: string }, { target: string; holdout: number }>) {
    const y = data.numbers("Y");
    let sum = 0;
    for (const value of y) sum += value;
    const mean = sum / y.length;
    const noise = (k: number) => ((Math.imul(seed, 2654435761 + 2 * k) >>> 8) % 1_000_000) / 500_000;
    const names = ["me", "rmse", "mae", "mape", "smape", "wape", "mase", "rmsse"];
    const metrics = Object.fromEntries(
      names.flatMap((name, k) => [
        [name, noise(k)],
        [`holdout_${name}`, noise(k + 8)],
      ]),
    );
    return { model: { kind: "average", mean }, metrics, forecast: new Array<number>(7).fill(mean) };
  },
  predict: ({ model, horizon }) => ({ mean: new Array<number>(horizon).fill(model.mean) }),
});
