import { ManymodelError, messageOf } from "../../core/errors.ts";
import type { SnowflakeAddress, SnowflakeSchedule, SnowflakeService } from "../../core/snowflake-address.ts";
import type { Scheduler } from "../../ports/scheduler.ts";
import type { Stage } from "../../ports/stage.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { scheduleFolder, scheduleStatements } from "./sql/schedule.ts";

/** Returns tasks of the account that run the pipeline in a container, and the files on the stage that the container reads. */
export function snowflakeScheduler(
  session: Session,
  names: Names,
  stage: Stage,
  address: SnowflakeAddress,
  { schedule, containers }: { readonly schedule: SnowflakeSchedule; readonly containers: SnowflakeService },
): Scheduler {
  const { create, remove } = scheduleStatements(names, address, schedule, containers);
  const folder = scheduleFolder(schedule);
  const perform = async (statements: readonly string[]) => {
    for (const sql of statements)
      await session.rows(sql).catch((cause) => {
        throw new ManymodelError("config", `cannot schedule: ${messageOf(cause)}; check snowflake.schedule`, { cause });
      });
  };
  return {
    cpus: containers.cpu,
    statements: create,
    removal: remove,
    async schedule(files) {
      for (const [name, bytes] of files) await stage.put(`${folder}${name}`, bytes);
      await perform(create);
    },
    async unschedule() {
      await perform(remove);
      await stage.remove(folder);
    },
  };
}
