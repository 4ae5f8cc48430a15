import type { Command } from "commander";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";

/** `manymodel index RUN`: builds a run's index from its committed segments. */
export function addIndex(program: Command): void {
  addCommand(program, "index <run>", "build the index of a run from its committed segments").action(
    async (runId: string, options: CommonOptions) => {
      const index = await withWorkspace(options, async (mm) => {
        const [{ buildIndex }, { commitFleetRun }] = await Promise.all([
          import("../../pipeline/build-index.ts"),
          import("../../api/fleet-run.ts"),
        ]);
        const run = await mm.engine.catalog.run(runId);
        if (run?.manifest?.fleet !== undefined) await commitFleetRun(mm, run.manifest);
        return buildIndex(mm.engine, runId, new Date());
      });
      const text = `Run ${runId}: ${index.succeeded} models and ${index.failed} failures in ${index.segments} segments, ${index.bytes} bytes; index ${index.path}.`;
      print({ json: { run: runId, ...index }, text }, options);
    },
  );
}
