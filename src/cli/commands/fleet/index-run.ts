import type { Command } from "commander";
import { type CommonOptions, print, withWorkspace } from "../../command.ts";

/** `manymodel index RUN`: builds a run's index from its committed segments. */
export function addIndex(command: Command): void {
  command.action(async (runId: string, options: CommonOptions) => {
    const index = await withWorkspace(options, (mm) => mm.runs.index(runId));
    const text = `Run ${runId}: ${index.succeeded} models and ${index.failed} failures in ${index.segments} segments, ${index.bytes} bytes; index ${index.path}.`;
    print({ json: { run: runId, ...index }, text }, options);
  });
}
