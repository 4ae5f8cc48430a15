export type { EtsBounds } from "./estimate.ts";
export { type EtsOptions, ets } from "./ets.ts";
export type { EtsModel, EtsParameters, EtsState } from "./ets-model.ts";
export type { EtsForm } from "./form.ts";
