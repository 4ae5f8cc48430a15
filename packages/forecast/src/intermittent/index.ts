export { type AggregationModel, adida, type BlockSmoothing, imapa } from "./aggregation.ts";
export { type CrostonModel, type CrostonOptions, type CrostonState, croston, sba } from "./croston.ts";
export { type TsbModel, type TsbState, tsb } from "./tsb.ts";
