import type { Command } from "commander";
import type { ManyModel } from "../api/connect.ts";
import { type PartitionSourceOptions, partitionSource } from "../api/partition-source.ts";
import { ManymodelError, show } from "../core/errors.ts";
import { openPartitions, type PartitionReader, type PartitionSeries } from "../inspect/partition-series.ts";
import { completedRun, readIndex, segmentRows } from "../runs/read-index.ts";
import { keysFromWords } from "./key-words.ts";
import { integer, numberList } from "./option.ts";

/** Whose partitions a command looks at, as options. */
export interface PartitionOptions {
  readonly run?: string;
  readonly model?: string;
  readonly modelVersion?: string;
  readonly input?: string;
  readonly horizon?: number;
  readonly levels?: number[];
}

/** Adds the options that say whose partitions to look at. */
export function addPartitionOptions(command: Command): Command {
  return command
    .option("--model <model>", "the model; register.name when left out")
    .option("--model-version <version>", "the version, or an alias of one; the default version when left out")
    .option("--run <run>", "a completed run instead, registered or not")
    .option("--input <table>", "the table a forecast takes its data from; batch.input_table when left out")
    .option("--horizon <n>", "steps to forecast", integer(1))
    .option("--levels <list>", "coverage of the intervals in percent, such as 80,95", numberList);
}

/** Partitions to look at, by words or by encoded keys. */
export interface OpenedPartitions {
  readonly runId: string;
  readonly read: PartitionReader;
  /** The keys of its first partitions, in the order of its index. */
  first(count: number): Promise<string[]>;
  /** @throws {ManymodelError} `not-found` if there is no such partition, `usage` if the words are no key */
  find(words: readonly string[]): Promise<PartitionSeries>;
}

/** Opens what the options mean. */
export async function openWith(mm: ManyModel, options: PartitionOptions): Promise<OpenedPartitions> {
  const { modelVersion, ...rest } = options;
  const asked: PartitionSourceOptions = { ...rest, ...(modelVersion !== undefined && { version: modelVersion }) };
  const source = await partitionSource(mm, asked);
  const { manifest } = await completedRun(mm.engine, source.runId);
  const read = await openPartitions(mm.engine, source);
  return {
    runId: source.runId,
    read,
    async first(count) {
      const { stage } = mm.engine;
      const keys: string[] = [];
      for (const segment of (await readIndex(stage, source.index, `${source.name} was completed`)).segments) {
        if (keys.length >= count) break;
        keys.push(...(await segmentRows(stage, segment, { summary: true })).map(({ row }) => row.partitionKey));
      }
      return keys.slice(0, count);
    },
    async find(words) {
      for (const key of keysFromWords(manifest.snapshot.keyColumns, words)) {
        const found = await read(key);
        if (found !== undefined) return found;
      }
      throw new ManymodelError(
        "not-found",
        `${source.name} has no partition ${words.map(wordText).join(" ")}; manymodel sql "SELECT PARTITION_KEY FROM MODEL_INDEX" lists them`,
      );
    },
  };
}

/** A word as it was meant: in quotes where it would not be seen to be one. */
const wordText = (word: string) => (/^\S+$/.test(word) ? word : show(word));
