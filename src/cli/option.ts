import { type Command, InvalidArgumentError } from "commander";
import type { Grouping } from "../core/attributes.ts";

/** Parses an option that is a whole number of at least `minimum`. */
export function integer(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < minimum)
      throw new InvalidArgumentError(`it must be a whole number of at least ${minimum}.`);
    return value;
  };
}

/** Parses "auto" or a whole number of at least 1. */
export function autoOrCount(text: string): number | "auto" {
  return text === "auto" ? text : integer(1)(text);
}

/** Parses a number. */
export function decimal(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("it must be a number.");
  return value;
}

/** Parses a whole number of steps, or the name of a column. */
export function stepsOrColumn(text: string): number | string {
  return /^\s*[-+]?\d/.test(text) ? integer(1)(text) : text;
}

/** Parses words separated by commas. */
export function wordList(text: string): string[] {
  const words = text.split(",").map((word) => word.trim());
  if (words.some((word) => word === "")) throw new InvalidArgumentError("it must be words separated by commas.");
  return words;
}

/** Parses numbers separated by commas. */
export function numberList(text: string): number[] {
  const values = text.split(",").map(Number);
  if (values.length === 0 || values.some((value) => !Number.isFinite(value)))
    throw new InvalidArgumentError("it must be numbers separated by commas, such as 80,95.");
  return values;
}

/** The help of an option that names a metric. */
export const METRIC_HELP =
  "a metric of the run (mase, log_loss, auc, … are those on the holdout); by default mase of series, log_loss of probabilities, rmse of numbers";

/** The help of an option that says what ties. */
export const TIE_HELP =
  "the share by which an error may exceed the least error and still tie with it; on a tie the cheaper wins; by default 0";

/** Options that say which partitions are meant, and in which groups. */
export interface GroupingOptions {
  readonly group?: string[];
  readonly where?: string;
  readonly weighByValue?: boolean;
}

/** Adds the options that put partitions into groups by their attributes. */
export function addGrouping(command: Command): Command {
  return command
    .option("--group <list>", "attributes (source.attributes) that define groups, such as CATEGORY,STORE", wordList)
    .option("--where <condition>", "only partitions whose attributes meet an SQL condition, such as \"CATEGORY = 'A'\"")
    .option("--weigh-by-value", "weigh partitions by their turnover, by the value of a unit (source.value)");
}

/** Returns the groups as the API takes them. */
export function grouping({ group, where, weighByValue }: GroupingOptions): Grouping {
  return {
    ...(group !== undefined && { group }),
    ...(where !== undefined && { where }),
    ...(weighByValue !== undefined && { weighByValue }),
  };
}
