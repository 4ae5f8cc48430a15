import type { Command } from "commander";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer, numberList } from "../option.ts";

/** `manymodel cancel RUN`: ends a run cleanly. */
export function addCancel(command: Command): void {
  command.action(async (runId: string, options: CommonOptions) => {
    const cancelled = await withWorkspace(options, (mm) => mm.runs.cancel(runId));
    const remaining =
      cancelled.leased > 0
        ? `${cancelled.leased} that have started finish first`
        : 'no chunk is in progress; "manymodel index" completes it if no process does';
    print({ json: cancelled, text: `Run ${runId}: ${cancelled.skipped} chunks cancelled, ${remaining}.` }, options);
  });
}

/** `manymodel prioritize RUN`: changes which chunks come first. */
export function addPrioritize(command: Command): void {
  command
    .requiredOption("--chunks <list>", "the chunks' numbers, such as 7,8", numberList)
    .requiredOption("--priority <n>", "higher comes first; chunks are planned with 0", integer(-1_000_000))
    .action(async (runId: string, options: CommonOptions & { chunks: number[]; priority: number }) => {
      const { chunks, priority } = options;
      const changed = await withWorkspace(options, (mm) => mm.runs.prioritize(runId, chunks, priority));
      const text = `${changed} of ${chunks.length} chunks have priority ${priority} now; the others have started, or do not exist.`;
      print({ json: { run: runId, changed }, text }, options);
    });
}
