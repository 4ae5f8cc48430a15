import { createHash } from "node:crypto";
import type { ColumnInfo } from "../../core/columns/column.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { RunManifest, Snapshot } from "../../core/run.ts";
import type { SnowflakeAddress, SnowflakeInference } from "../../core/snowflake-address.ts";
import { stagePath } from "../../core/stage-path.ts";
import type { Inference } from "../../ports/inference.ts";
import type { Stage } from "../../ports/stage.ts";
import { isMadeFrom, listedVersions, parametersOf } from "./listed-versions.ts";
import type { Names } from "./names.ts";
import { readRows } from "./read-rows.ts";
import type { Session } from "./session.ts";
import { readRecord } from "./snapshot.ts";
import { inferenceStatements, scoresFolder } from "./sql/inference.ts";
import { VISIBLE_WITHIN_MS } from "./stage.ts";

/** The number of times that a job is launched before it is given up. */
const MAX_LAUNCHES = 2;
/**
 * Bundles of partitions that an inference job shares out, about. One partition each is slow for many, and a job may fail
 * with far fewer than 200 keys.
 */
const BUNDLES = 400;
const [FIRST_POLL_MS, LONGEST_POLL_MS] = [100, 10_000];
/** The file that a job writes last, and the folder of its input. */
const COMPLETE = "/_SUCCESS";
const TEMPORARY = "/_snowflake_temporary/";

/** Scores by an inference job service: containers of the account run the MODEL's own Python and JavaScript. */
export function snowflakeInference(
  session: Session,
  names: Names,
  stage: Stage,
  address: SnowflakeAddress,
  inference: SnowflakeInference,
): Inference {
  const sql = inferenceStatements(names, address, inference);
  const status = async (job: string) => {
    const service = (await session.records(sql.find(job), 0)).find(({ name }) => name === job);
    return service && String(service.status);
  };
  /** Waits until a job is over; what it has written, if it came to its end. */
  const wait = async (job: string): Promise<readonly string[] | undefined> => {
    let doneMs = 0;
    for (let ms = FIRST_POLL_MS; ; ms = Math.min(2 * ms, LONGEST_POLL_MS)) {
      const now = (await status(job)) ?? "FAILED";
      if (/FAILED|CANCEL|DELET|INTERNAL_ERROR/.test(now)) return undefined;
      if (now === "DONE") {
        const files = await stage.list(scoresFolder(job));
        if (files.some((file) => file.endsWith(COMPLETE)))
          return files.filter((file) => file.endsWith(".parquet") && !file.includes(TEMPORARY));
        // What a container wrote may be seen later.
        if (doneMs >= VISIBLE_WITHIN_MS) return undefined;
        doneMs += ms;
      }
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  };
  const remove = async (job: string) => {
    await session.rows(sql.drop(job));
    await stage.remove(scoresFolder(job));
  };
  return {
    isLastResort: address.scoring === "auto",
    async score({ version, snapshot, horizon, levels, advance, completion, leadTime, outputTable }) {
      const { model, version: name } = version;
      const listed = (await listedVersions(session, names, model)).get(name);
      if (listed === undefined || !isMadeFrom(listed, version))
        throw new ManymodelError(
          "conflict",
          `MODEL ${model} has no version ${name} of run ${version.runId}; run: manymodel model sync ${model}`,
        );
      if (leadTime !== undefined && !parametersOf(listed).includes("lead_time"))
        throw new ManymodelError(
          "usage",
          `MODEL ${model} ${name} was logged before it knew lead times; register run ${version.runId} again, or set snowflake.scoring: client`,
        );
      const trained = JSON.parse(new TextDecoder().decode(await stage.get(stagePath.manifest(version.runId))));
      const columns = matched((trained as RunManifest).snapshot.columns, snapshot);
      const pinned = await readRecord(stage, snapshot.id);
      if (pinned === undefined)
        throw new ManymodelError("not-found", `snapshot ${snapshot.id} is not on the stage any more; score again`);
      const { table } = pinned.files;
      const keys = snapshot.keyColumns.length;
      // The same request has the same name: who asks again, after having been killed, finds what was begun.
      const parameters = [
        model,
        name,
        version.index.sha256,
        snapshot.id,
        horizon,
        levels,
        advance,
        outputTable,
        leadTime,
      ];
      const job =
        `MM_SCORE_${createHash("sha256").update(JSON.stringify(parameters)).digest("hex").slice(0, 16)}`.toUpperCase();
      for (let launch = 1; launch <= MAX_LAUNCHES; launch++) {
        if ((await status(job)) === undefined) {
          await stage.remove(scoresFolder(job));
          const used = (snapshot.ended ?? 0) > 0 ? { partitions: snapshot.partitions } : {};
          const bundle = Math.max(1, Math.floor(snapshot.partitions / BUNDLES));
          const params = {
            ...{ horizon, levels, advance },
            ...(completion !== null && { completion }),
            ...(leadTime !== undefined && { leadTime: JSON.stringify(leadTime) }),
          };
          const work = { model, version: name, table, bundle, keys, ...used, columns, ...params };
          await session.rows(sql.execute(job, work));
        }
        const files = await wait(job);
        if (files !== undefined) return { job, files };
        if (launch < MAX_LAUNCHES) await session.rows(sql.drop(job));
      }
      throw new ManymodelError(
        "conflict",
        `the inference job ${job} failed ${MAX_LAUNCHES} times; see its log with SYSTEM$GET_SERVICE_LOGS, or set snowflake.scoring: client`,
      );
    },
    async outcomes(file) {
      return (await readRows(stage, file)).map((row) => {
        const named = new Map(Object.entries(row).map(([name, value]) => [name.toUpperCase(), value]));
        return [Number(named.get("PARTITION")), String(named.get("OUTCOME"))] as const;
      });
    },
    remove,
  };
}

/**
 * Finds the columns of the training data in a snapshot. @throws {ManymodelError} `usage` if it has not the same ones
 */
function matched(trained: readonly ColumnInfo[], { columns, query }: Snapshot): number[] {
  const at = trained.map(({ name, type }) =>
    columns.findIndex((column) => column.name === name && column.type === type),
  );
  if (at.includes(-1) || columns.length !== trained.length) {
    const list = (columns: readonly ColumnInfo[]) => columns.map(({ name, type }) => `${name} (${type})`).join(", ");
    throw new ManymodelError(
      "usage",
      `${query.table} is read with the columns ${list(columns)}, but the models were trained with ${list(trained)}; name the same columns, or set snowflake.scoring: client`,
    );
  }
  return at;
}
