import type { FittedModel } from "@manymodel/forecast";
import { KINDS } from "@manymodel/forecast/families";

/**
 * Returns a stored model as one of the forecasting library: itself, or the one it wraps (`model`, `linear`); undefined
 * if none.
 */
export function libraryModel(stored: unknown): FittedModel | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  if (isLibraryModel(stored)) return stored;
  const { model, linear } = stored as Record<string, unknown>;
  return [model, linear].map(libraryModel).find((candidate) => candidate !== undefined);
}

/**
 * Tells whether a stored model is of a kind of the library, as the library writes it: with the version of its format.
 */
function isLibraryModel(stored: object): stored is FittedModel {
  const { kind, formatVersion } = stored as Record<string, unknown>;
  return typeof kind === "string" && Object.hasOwn(KINDS.forecast, kind) && typeof formatVersion === "number";
}

/** Returns the name of a model, in one line. */
export function modelLabel(model: FittedModel): string {
  if (model.kind === "conformal") return `${modelLabel(model.model)}, calibrated`;
  if (model.kind === "combination") return `${model.combining} of ${model.members.map(modelLabel).join(", ")}`;
  if (model.kind === "stlf") return `STL + ${modelLabel(model.model)}`;
  return "method" in model && typeof model.method === "string" ? model.method : model.kind;
}
