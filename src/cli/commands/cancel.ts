import type { Command } from "commander";
import { ManymodelError, show } from "../../core/errors.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer, numberList } from "../option.ts";

/** `manymodel cancel RUN`: ends a run cleanly. */
export function addCancel(program: Command): void {
  addCommand(program, "cancel <run>", "begin no further chunk of a run; what was begun is ended and kept").action(
    async (runId: string, options: CommonOptions) => {
      const report = await withWorkspace(options, async ({ engine }) => {
        await runningRun(engine, runId);
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
        await runningRun(engine, runId);
        return engine.queue.prioritize(runId, options.chunks, options.priority);
      });
      const text = `${changed} of ${options.chunks.length} chunks have priority ${options.priority} now; the others were begun, or do not exist.`;
      print({ json: { run: runId, changed }, text }, options);
    });
}

async function runningRun(
  { catalog }: { catalog: { run(id: string): Promise<{ state: string } | undefined> } },
  runId: string,
): Promise<void> {
  const run = await catalog.run(runId);
  if (run === undefined)
    throw new ManymodelError("not-found", `there is no run ${show(runId)}; "manymodel status" lists the runs`);
  if (run.state !== "running")
    throw new ManymodelError("conflict", `run ${runId} is ${run.state}; only a running run can be changed`);
}
