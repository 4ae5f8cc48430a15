import type { Command } from "commander";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer, numberList } from "../option.ts";

/** `manymodel cancel RUN`: ends a run cleanly. */
export function addCancel(program: Command): void {
  addCommand(program, "cancel <run>", "begin no further chunk of a run; what was begun is ended and kept").action(
    async (runId: string, options: CommonOptions) => {
      const cancelled = await withWorkspace(options, (mm) => mm.runs.cancel(runId));
      const remaining =
        cancelled.leased > 0
          ? `${cancelled.leased} that were begun are ended first`
          : 'none is being worked on; "manymodel index" completes it if no process does';
      print({ json: cancelled, text: `Run ${runId}: ${cancelled.skipped} chunks cancelled, ${remaining}.` }, options);
    },
  );
}

/** `manymodel prioritize RUN`: changes which chunks come first. */
export function addPrioritize(program: Command): void {
  addCommand(program, "prioritize <run>", "change the priority of chunks that are not begun")
    .requiredOption("--chunks <list>", "the chunks' numbers, such as 7,8", numberList)
    .requiredOption("--priority <n>", "higher comes first; chunks are planned with 0", integer(-1_000_000))
    .action(async (runId: string, options: CommonOptions & { chunks: number[]; priority: number }) => {
      const { chunks, priority } = options;
      const changed = await withWorkspace(options, (mm) => mm.runs.prioritize(runId, chunks, priority));
      const text = `${changed} of ${chunks.length} chunks have priority ${priority} now; the others were begun, or do not exist.`;
      print({ json: { run: runId, changed }, text }, options);
    });
}
