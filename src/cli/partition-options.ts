import type { Command } from "commander";
import type { ManyModel } from "../api/many-model.ts";
import type { Partitions } from "../api/nouns/partitions.ts";
import { ManymodelError, show } from "../core/errors.ts";
import type { PartitionSeries } from "../inspect/partition-series.ts";
import { keysFromWords } from "./key-words.ts";
import { decimal, integer, numberList, stepsOrColumn } from "./option.ts";

/** The options that choose partitions. */
export interface PartitionOptions {
  readonly run?: string;
  readonly model?: string;
  readonly modelVersion?: string;
  readonly input?: string;
  readonly future?: string;
  readonly horizon?: number;
  readonly levels?: number[];
  readonly leadTime?: number | string;
  readonly serviceLevel?: number;
}

/** Adds the options that say whose partitions to look at. */
export function addPartitionOptions(command: Command): Command {
  return command
    .option("--model <model>", "the model; by default register.model")
    .option("--model-version <version>", "the version, or an alias of one; by default the model's default version")
    .option("--run <run>", "a completed run instead of a version")
    .option("--input <table>", "the table with the data of a forecast; by default batch.input_table")
    .option("--future <table>", "a table or file of values known ahead; by default batch.future_table")
    .option("--horizon <n>", "steps to forecast", integer(1))
    .option("--levels <list>", "coverage of the intervals in percent, such as 80,95", numberList)
    .option(
      "--lead-time <steps or column>",
      "steps until an order arrives, or the column that has them; by default batch.lead_time",
      stepsOrColumn,
    )
    .option(
      "--service-level <p>",
      "the probability that the demand over the lead time stays within the order",
      decimal,
    );
}

/** Partitions to look at, by words or by encoded keys. */
export interface OpenedPartitions extends Partitions {
  /** @throws {ManymodelError} `not-found` if there is no such partition, `usage` if the words are no key */
  find(words: readonly string[]): Promise<PartitionSeries>;
}

/** Renames the options of a command to those of the API. */
export function partitionSourceOf<Options extends PartitionOptions>({ modelVersion, ...options }: Options) {
  return { ...options, ...(modelVersion !== undefined && { version: modelVersion }) };
}

/** Opens the partitions that the options name. */
export async function openWith(mm: ManyModel, options: PartitionOptions): Promise<OpenedPartitions> {
  const { openPartitionsOf } = await import("../api/nouns/partitions.ts");
  const partitions = await openPartitionsOf(mm, partitionSourceOf(options));
  return {
    ...partitions,
    async find(words) {
      for (const key of keysFromWords(partitions.keyColumns, words)) {
        const partition = await partitions.read(key);
        if (partition !== undefined) return partition;
      }
      throw new ManymodelError(
        "not-found",
        `${partitions.name} has no partition ${words.map(wordText).join(" ")}; manymodel sql "SELECT PARTITION_KEY FROM MODEL_INDEX" lists them`,
      );
    },
  };
}

/** Returns a word as it was meant: in quotes where it would not be seen to be one. */
const wordText = (word: string) => (/^\S+$/.test(word) ? word : show(word));
