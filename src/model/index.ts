/**
 * Imports of a model definition: `defineModel` and the types of its two functions.
 *
 * @module
 */
export {
  type CompleteContext,
  defineModel,
  type ExportsData,
  type FitContext,
  type FitResult,
  type JudgedReadings,
  type JudgeResult,
  type KeyArgument,
  type LearnContext,
  type LearnRow,
  type ModelDefinition,
  type PredictContext,
  type Prediction,
  type UpdateContext,
  type UpdateResult,
} from "./define-model.ts";
export type { Frame } from "./frame.ts";
export type { Cell, OutputColumns, OutputContext, OutputDeclaration, OutputType } from "./output-columns.ts";
export type { Period, PeriodRule, SeriesPeriod } from "./period-rule.ts";
export { findMissing, type MissingValue, type RegressorColumns, regressors } from "./regressors.ts";
export type { SeriesAxis } from "./series-axis.ts";
export type { SchemaIssue, SchemaResult, StandardSchema } from "./standard-schema.ts";
