import type { SnowflakeAddress, SnowflakeSchedule, SnowflakeService } from "../../../core/snowflake-address.ts";
import { identifier, literal, nameParts, plain } from "../literal.ts";
import { type Names, OWN } from "../names.ts";
import { MOUNT, outside, queries, SERVERLESS, specification } from "./jobs.ts";
import { TABLES } from "./setup.ts";

/** Returns the folder of a schedule's files on the stage. */
export const scheduleFolder = ({ name }: Pick<SnowflakeSchedule, "name">) => `schedules/${name}/`;

/**
 * Returns statements that have the account run the pipeline by itself: a serverless task whose container runs
 * `manymodel pipeline run`. With a stream there are two tasks: the root begins when the stream has data, and consumes the
 * stream, which only DML does ("Introduction to streams"); its child runs the container. A task that fails is retried
 * once: the pipeline goes on where it stopped.
 */
export function scheduleStatements(
  names: Names,
  address: SnowflakeAddress,
  schedule: SnowflakeSchedule,
  service: SnowflakeService,
) {
  const { cron, stream, errorIntegration } = schedule;
  const root = names.of(`${OWN}SCHEDULE_${schedule.name}`);
  const child = names.of(`${OWN}SCHEDULE_${schedule.name}_RUN`);
  const comment = `COMMENT = ${literal(JSON.stringify({ app: "manymodel", schedule: schedule.name }))}`;
  const config = `${MOUNT}/${scheduleFolder(schedule)}manymodel.yaml`;
  const spec = specification(names, service, { args: ["pipeline", "run", "--config", config] });
  const run = `EXECUTE JOB SERVICE IN COMPUTE POOL ${plain(service.computePool)}${outside(service)}${queries(address)} ${comment} FROM SPECIFICATION ${literal(spec)}`;
  const times = cron === undefined ? "" : ` SCHEDULE = ${literal(`USING CRON ${cron}`)}`;
  const failures = errorIntegration === undefined ? "" : ` ERROR_INTEGRATION = ${identifier(errorIntegration)}`;
  const begin = `${SERVERLESS}${times} SUSPEND_TASK_AFTER_NUM_FAILURES = 0${failures} ${comment} TASK_AUTO_RETRY_ATTEMPTS = 1`;
  const remove = [
    `ALTER TASK IF EXISTS ${root} SUSPEND`,
    `DROP TASK IF EXISTS ${child}`,
    `DROP TASK IF EXISTS ${root}`,
  ];
  const tasks =
    stream === undefined
      ? [`CREATE TASK IF NOT EXISTS ${root} ${begin} AS\n      ${run}`]
      : [
          // A serverless task that a stream triggers, without a schedule, needs a target ("Triggered tasks").
          `CREATE TASK IF NOT EXISTS ${root} ${begin}${cron === undefined ? " TARGET_COMPLETION_INTERVAL = '60 MINUTES'" : ""} WHEN SYSTEM$STREAM_HAS_DATA(${literal(streamName(stream))}) AS
      INSERT INTO ${names.of(TABLES.wanted)} (ID, WANTED, WRITTEN_AT) SELECT '', '', SYSDATE() FROM ${streamName(stream)} WHERE 0 = 1`,
          `CREATE TASK IF NOT EXISTS ${child} ${SERVERLESS} ${comment} AFTER ${root} AS\n      ${run}`,
          `ALTER TASK ${child} RESUME`,
        ];
  return { remove, create: [...remove, ...tasks, `ALTER TASK ${root} RESUME`] };
}

const streamName = (stream: string) => nameParts(stream).map(identifier).join(".");
