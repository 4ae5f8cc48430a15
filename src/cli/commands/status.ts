import type { Command } from "commander";
import type { FleetRecord } from "../../fleets/launch.ts";
import type { Engine } from "../../ports/engine.ts";
import type { FleetStatus } from "../../ports/fleet.ts";
import { knownRun } from "../../runs/known-run.ts";
import { readProgress } from "../../runs/progress.ts";
import { hasStalled } from "../../runs/stalled.ts";
import { feedingBegan, limitsLeft } from "../../runs/time-left.ts";
import { pause } from "../../stages/pause.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { failureGroups, failureLines } from "../failures.ts";
import { showProgress } from "../progress.ts";
import { formatTable } from "../table.ts";

/** `manymodel status [RUN]`: the runs, or one run in detail. */
export function addStatus(program: Command): void {
  addCommand(program, "status [run]", "show the runs, or one run in detail")
    .option("--follow", "show the run's progress until it has ended")
    .action(async (runId: string | undefined, options: CommonOptions & { follow?: boolean }) => {
      const report = await withWorkspace(options, async (mm) => {
        const { engine } = mm;
        if (runId === undefined) {
          const records = await engine.catalog.runs();
          const runs = await Promise.all(
            records.map(async (record) => ({
              run: record.runId,
              state: record.state,
              stalled: await hasStalled(engine, record),
              created: record.createdAt,
              partitions: record.manifest?.partitions ?? null,
              succeeded: record.index?.succeeded ?? null,
              failed: record.index?.failed ?? null,
              error: record.error,
            })),
          );
          const columns = ["run", "state", "created", "partitions", "succeeded", "failed"] as const;
          const text =
            runs.length === 0
              ? "There are no runs yet: manymodel train"
              : formatTable(
                  columns,
                  runs.map((run) => columns.map((c) => (c === "state" && run.stalled ? "stalled" : run[c]))),
                );
          return { json: runs, text };
        }
        if (options.follow) await follow(engine, runId);
        const run = await knownRun(engine.catalog, runId);
        const counts = await engine.queue.counts(runId);
        const failures = run.index !== null && run.index.failed > 0 ? await failureGroups(engine.tables, runId) : [];
        const { fleetJob } = await import("../../api/fleet-run.ts");
        const stalled = await hasStalled(engine, run);
        const handed = run.state === "running" ? await fleetJob(mm, runId) : undefined;
        const jobs = (await engine.jobs?.jobs(runId)) ?? [];
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
          ...(handed === undefined ? [] : [jobLine(handed)]),
          ...jobs.flatMap(({ name, state, details }) => [
            `  job ${name} is ${state}`,
            ...details.map((line) => `    ${line}`),
          ]),
          ...failureLines(failures),
        ].join("\n");
        const json = {
          ...run,
          stalled,
          queue: counts,
          failures,
          ...(handed !== undefined && { fleet: handed }),
          ...(jobs.length > 0 && { jobs }),
        };
        return { json, text };
      });
      print(report, options);
    });
}

/** How the job stands that a fleet has of a run. */
function jobLine({ launcher, job, status }: FleetRecord & { readonly status: FleetStatus }): string {
  const { waiting, running, succeeded, failed, cancelled, reason } = status;
  const counts = `${waiting} waiting, ${running} running, ${succeeded + failed + cancelled} ended, ${failed} of them failed`;
  return `  ${launcher} job ${job}: ${counts}${reason === "" ? "" : ` (${reason})`}`;
}

const FOLLOW_MS = 500;

/** Shows a run's progress until it is neither planned nor worked on any more, or has stalled. */
async function follow(engine: Engine, runId: string): Promise<void> {
  const { catalog, queue, stage } = engine;
  const progress = await showProgress(runId, "the run itself goes on");
  try {
    for (;;) {
      const run = await knownRun(catalog, runId);
      const limits = run.manifest?.limits;
      const began = limits ? await feedingBegan(stage, runId) : undefined;
      const used = began === undefined ? 0 : Date.now() - began;
      progress.update({ ...(await readProgress(queue, runId)), ...(limits && { limits: limitsLeft(limits, used) }) });
      if (run.state === "completed" || run.state === "failed" || (await hasStalled(engine, run))) return;
      await pause(FOLLOW_MS);
    }
  } finally {
    progress.stop();
  }
}
