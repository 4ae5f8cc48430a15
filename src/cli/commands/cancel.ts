import type { Command } from "commander";
import { ManymodelError } from "../../core/errors.ts";
import type { RunManifest } from "../../core/run.ts";
import { fleetRecord } from "../../fleets/launch.ts";
import type { Engine } from "../../ports/engine.ts";
import { knownRun } from "../../runs/known-run.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer, numberList } from "../option.ts";

/** `manymodel cancel RUN`: ends a run cleanly. */
export function addCancel(program: Command): void {
  addCommand(program, "cancel <run>", "begin no further chunk of a run; what was begun is ended and kept").action(
    async (runId: string, options: CommonOptions) => {
      const report = await withWorkspace(options, async (mm) => {
        const { engine } = mm;
        const manifest = await checkRunning(engine, runId);
        const record = await fleetRecord(engine.stage, runId);
        if (record !== undefined && manifest !== null) {
          const { cancelOnFleet } = await import("../../api/fleet-run.ts");
          const ended = await cancelOnFleet(mm, manifest, record);
          return { run: runId, skipped: ended, leased: 0, job: record.job };
        }
        const chunks = await engine.queue.skip(runId, "cancelled");
        const { leased } = (await engine.queue.counts(runId)).chunks;
        return { run: runId, skipped: chunks, leased };
      });
      const rest =
        report.leased > 0
          ? `${report.leased} that were begun are ended first`
          : 'none is being worked on; "manymodel index" completes it if no process does';
      print({ json: report, text: `Run ${runId}: ${report.skipped} chunks cancelled, ${rest}.` }, options);
    },
  );
}

/** `manymodel prioritize RUN`: changes which chunks come first. */
export function addPrioritize(program: Command): void {
  addCommand(program, "prioritize <run>", "change the priority of chunks that are not begun")
    .requiredOption("--chunks <list>", "the chunks' numbers, such as 7,8", numberList)
    .requiredOption("--priority <n>", "higher comes first; chunks are planned with 0", integer(-1_000_000))
    .action(async (runId: string, options: CommonOptions & { chunks: number[]; priority: number }) => {
      const changed = await withWorkspace(options, async ({ engine }) => {
        await checkRunning(engine, runId);
        return engine.queue.prioritize(runId, options.chunks, options.priority);
      });
      const text = `${changed} of ${options.chunks.length} chunks have priority ${options.priority} now; the others were begun, or do not exist.`;
      print({ json: { run: runId, changed }, text }, options);
    });
}

async function checkRunning({ catalog }: Engine, runId: string): Promise<RunManifest | null> {
  const { state, manifest } = await knownRun(catalog, runId);
  if (state !== "running")
    throw new ManymodelError("conflict", `run ${runId} is ${state}; only a running run can be changed`);
  return manifest;
}
