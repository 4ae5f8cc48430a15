import { type FittedModel, forecast } from "@manymodel/forecast";

/** A stored model as one of the forecasting library: itself, or the one it wraps (`model`, `linear`); undefined if none. */
export function libraryModel(stored: unknown): FittedModel | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const { kind, model, linear } = stored as Record<string, unknown>;
  if (typeof kind === "string" && isKnown(stored as FittedModel)) return stored as FittedModel;
  return [model, linear].map(libraryModel).find((found) => found !== undefined);
}

/** Whether the library knows the kind: one that needs regressors is known, though it cannot forecast without them. */
function isKnown(model: FittedModel): boolean {
  try {
    forecast(model, { h: 1 });
    return true;
  } catch (error) {
    return error instanceof RangeError && !error.message.includes("is not known");
  }
}

/** What a model is called, in one line. */
export function modelLabel(model: FittedModel): string {
  if (model.kind === "conformal") return `${modelLabel(model.model)}, calibrated`;
  if (model.kind === "combination") return `${model.combining} of ${model.members.map(modelLabel).join(", ")}`;
  if (model.kind === "stlf") return `STL + ${modelLabel(model.model)}`;
  return "method" in model && typeof model.method === "string" ? model.method : model.kind;
}
