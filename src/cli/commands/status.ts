import type { Command } from "commander";
import type { ManyModel } from "../../api/many-model.ts";
import type { FleetRecord } from "../../fleets/launch.ts";
import type { FleetStatus } from "../../ports/fleet.ts";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { failureLines } from "../failures.ts";
import { wordList } from "../option.ts";
import { showProgress } from "../progress.ts";
import { groupsText } from "./rank.ts";
import { listRuns } from "./run.ts";

interface StatusOptions extends CommonOptions {
  readonly follow?: boolean;
  readonly group?: string[];
}

/** `manymodel status [RUN]`: the runs, or one run in detail. */
export function addStatus(command: Command): void {
  command
    .option("--follow", "show the run's progress until it has ended")
    .option(
      "--group <list>",
      "of a completed run, its accuracy and failures by attributes (source.attributes)",
      wordList,
    )
    .action(async (runId: string | undefined, options: StatusOptions) => {
      const report = await withWorkspace(options, async (mm) => {
        if (runId === undefined) return listRuns(mm);
        if (options.follow) await follow(mm, runId);
        const { fleet, jobs, ...run } = await mm.runs.get(runId);
        const { group } = options;
        const ranking = group === undefined ? undefined : await mm.runs.rank(runId, { group });
        const { stalled, queue: counts, failures } = run;
        const { waiting, available, leased, finished, failed, skipped } = counts.chunks;
        const text = [
          `Run ${runId} is ${run.state}${stalled ? `, but stalled: no worker is left on it; manymodel resume ${runId}` : ""}${run.error === null ? "" : `: ${run.error}`}`,
          `  created ${run.createdAt}${run.endedAt === null ? "" : `, ended ${run.endedAt}`}`,
          `  chunks: ${waiting > 0 ? `${waiting} waiting, ` : ""}${available} available, ${leased} leased, ${finished} finished, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
          `  partitions: ${counts.partitionsFinished} of ${counts.partitions} done, ${counts.partitionsFailed} of them failed`,
          ...(run.manifest === null
            ? []
            : [
                `  source ${run.manifest.snapshot.query.table}, definition ${run.manifest.definition.name} (${run.manifest.definition.sha256.slice(0, 12)})`,
              ]),
          ...(fleet === undefined ? [] : [jobLine(fleet)]),
          ...jobs.flatMap(({ name, state, details }) => [
            `  job ${name} is ${state}`,
            ...details.map((line) => `    ${line}`),
          ]),
          ...failureLines(failures),
          ...(ranking === undefined ? [] : [groupsText(ranking)]),
        ].join("\n");
        const json = {
          ...run,
          ...(fleet !== undefined && { fleet }),
          ...(jobs.length > 0 && { jobs }),
          ...(ranking !== undefined && { groups: ranking.groups }),
        };
        return { json, text };
      });
      print(report, options);
    });
}

/** Describes the job that a fleet has of a run. */
function jobLine({ launcher, job, status }: FleetRecord & { readonly status: FleetStatus }): string {
  const { waiting, running, succeeded, failed, cancelled, reason } = status;
  const counts = `${waiting} waiting, ${running} running, ${succeeded + failed + cancelled} ended, ${failed} of them failed`;
  return `  ${launcher} job ${job}: ${counts}${reason === "" ? "" : ` (${reason})`}`;
}

/** Shows a run's progress until it has ended or stalled. */
async function follow(mm: ManyModel, runId: string): Promise<void> {
  const display = await showProgress(runId, "the run itself continues");
  try {
    for await (const progress of mm.runs.follow(runId)) display.update(progress);
  } finally {
    display.stop();
  }
}
