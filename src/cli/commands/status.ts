import type { Command } from "commander";
import { ManymodelError, show } from "../../core/errors.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { failureGroups, failureLines } from "../failures.ts";
import { formatTable } from "../table.ts";

/** `manymodel status [RUN]`: the runs, or one run in detail. */
export function addStatus(program: Command): void {
  addCommand(program, "status [run]", "show the runs, or one run in detail").action(
    async (runId: string | undefined, options: CommonOptions) => {
      const report = await withWorkspace(options, async ({ engine }) => {
        if (runId === undefined) {
          const runs = (await engine.catalog.runs()).map(({ runId, state, createdAt, manifest, index, error }) => {
            return {
              run: runId,
              state,
              created: createdAt,
              partitions: manifest?.partitions ?? null,
              succeeded: index?.succeeded ?? null,
              failed: index?.failed ?? null,
              error,
            };
          });
          const columns = ["run", "state", "created", "partitions", "succeeded", "failed"] as const;
          const text =
            runs.length === 0
              ? "There are no runs yet: manymodel train"
              : formatTable(
                  columns,
                  runs.map((run) => columns.map((c) => run[c])),
                );
          return { json: runs, text };
        }
        const run = await engine.catalog.run(runId);
        if (run === undefined)
          throw new ManymodelError("not-found", `there is no run ${show(runId)}; "manymodel status" lists the runs`);
        const counts = await engine.queue.counts(runId);
        const failures = run.index !== null && run.index.failed > 0 ? await failureGroups(engine.tables, runId) : [];
        const { available, leased, finished, failed } = counts.chunks;
        const text = [
          `Run ${runId} is ${run.state}${run.error === null ? "" : `: ${run.error}`}`,
          `  created ${run.createdAt}${run.endedAt === null ? "" : `, ended ${run.endedAt}`}`,
          `  chunks: ${available} available, ${leased} leased, ${finished} finished, ${failed} failed`,
          `  partitions: ${counts.partitionsFinished} of ${counts.partitions} done, ${counts.partitionsFailed} of them failed`,
          ...(run.manifest === null
            ? []
            : [
                `  source ${run.manifest.snapshot.query.table}, definition ${run.manifest.definition.name} (${run.manifest.definition.sha256.slice(0, 12)})`,
              ]),
          ...failureLines(failures),
        ].join("\n");
        return { json: { ...run, queue: counts, failures }, text };
      });
      print(report, options);
    },
  );
}
