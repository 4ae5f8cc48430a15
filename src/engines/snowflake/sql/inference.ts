import type { SnowflakeAddress, SnowflakeInference } from "../../../core/snowflake-address.ts";
import { identifier, integer, literal, plain } from "../literal.ts";
import { type Names, OWN } from "../names.ts";

/** The input of an inference job, and the request to its models. */
export interface InferenceWork {
  readonly model: string;
  readonly version: string;
  /** The pinned table, by the end of its name. */
  readonly table: string;
  /** Partitions that are handed to the model at a time. */
  readonly bundle: number;
  readonly keys: number;
  /** The number of partitions to score, where others have ended. */
  readonly partitions?: number;
  /** For each column of the training data, which column of the pinned table it is. */
  readonly columns: readonly number[];
  readonly horizon: number;
  readonly levels: readonly number[];
  readonly advance: boolean;
  /** Rules that complete rows, as JSON (see `ScoreRequest`), where they are. */
  readonly completion?: string;
  /** The lead time, as JSON (see `ScoreRequest`), where there is one. */
  readonly leadTime?: string;
}

/** Returns the folder that a job writes to. */
export const scoresFolder = (job: string) => `scores/${job}/`;

/** Returns statements that have the account score with a version of a MODEL. */
export function inferenceStatements(
  names: Names,
  { database, schema }: Pick<SnowflakeAddress, "database" | "schema">,
  { computePool, replicas }: SnowflakeInference,
) {
  const jobName = (job: string) => `${plain(database)}.${plain(schema)}.${plain(job)}`;
  return {
    // The client of the account writes these clauses in this order, and the specification between single quotes.
    execute: (job: string, work: InferenceWork) => {
      const { model, version, table, bundle, keys, partitions, columns } = work;
      const { horizon, levels, advance, completion, leadTime } = work;
      const params = {
        horizon,
        levels: JSON.stringify(levels),
        advance,
        ...(completion !== undefined && { completion }),
        ...(leadTime !== undefined && { lead_time: leadTime }),
      };
      const specification = {
        input: { params, partition_column: "B" },
        output: { stage_location: `@${names.stage}/${scoresFolder(job)}`, mode: "overwrite" },
      };
      const selected = [
        `((P - MOD(P, ${integer(bundle)})) / ${integer(bundle)})::NUMBER(10,0) AS B`,
        ...["P", "R", ...Array.from({ length: keys }, (_, i) => `K${i}`)],
        ...columns.map((from, i) => (from === i ? `C${i}` : `C${from} AS C${i}`)),
      ].join(", ");
      const used = partitions === undefined ? "" : ` WHERE P < ${integer(partitions)}`;
      return `EXECUTE INFERENCE JOB SERVICE IN COMPUTE POOL ${plain(computePool)} WITH SPECIFICATION ${literal(JSON.stringify(specification))}
      FROM (SELECT ${selected} FROM ${names.of(`${OWN}SNAPSHOT_${table.toUpperCase()}`)}${used})
      MODEL = ${names.of(model)} VERSION = ${identifier(version)} FUNCTION = 'predict'
      NAME = ${jobName(job)} ASYNC = TRUE REPLICAS = ${integer(replicas)}`;
    },
    find: (job: string) => `SHOW SERVICES LIKE ${literal(job.replaceAll("_", "\\_"))} IN SCHEMA ${names.schema}`,
    drop: (job: string) => `DROP SERVICE IF EXISTS ${jobName(job)}`,
  };
}
