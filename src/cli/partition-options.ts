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
    .option("--model <model>", "the model; register.model when left out")
    .option("--model-version <version>", "the version, or an alias of one; the default version when left out")
    .option("--run <run>", "a completed run instead, registered or not")
    .option("--input <table>", "the table a forecast takes its data from; batch.input_table when left out")
    .option("--future <table>", "a table or file of what is known ahead; batch.future_table when left out")
    .option("--horizon <n>", "steps to forecast", integer(1))
    .option("--levels <list>", "coverage of the intervals in percent, such as 80,95", numberList)
    .option(
      "--lead-time <steps or column>",
      "steps until an order arrives, or the column that has them; batch.lead_time when left out",
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
