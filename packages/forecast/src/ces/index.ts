export { type CesOptions, ces } from "./ces.ts";
export type { CesModel, CesSeasonality, CesState } from "./ces-model.ts";
