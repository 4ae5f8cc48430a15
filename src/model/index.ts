/** What a model definition imports: `defineModel` and the types of its two functions. */
export {
  defineModel,
  type ExportsData,
  type FitContext,
  type FitResult,
  type KeyArgument,
  type ModelDefinition,
  type Prediction,
  type PredictContext,
} from "./define-model.ts";
export type { Frame } from "./frame.ts";
