import type { Command } from "commander";
import type { ManyModel } from "../../api/many-model.ts";
import { addCommand, type CommonOptions, print, type Report, withWorkspace } from "../command.ts";
import { formatTable } from "../table.ts";

/** `manymodel run …`: lists and deletes runs. */
export function addRun(run: Command): void {
  addCommand(run, "list", "list the runs, newest first").action(async (options: CommonOptions) => {
    print(await withWorkspace(options, listRuns), options);
  });
  addCommand(run, "delete <run>", "delete a run and its models, unless a version or a collection uses it").action(
    async (runId: string, options: CommonOptions) => {
      await withWorkspace(options, ({ runs }) => runs.delete(runId));
      print({ json: { run: runId }, text: `Run ${runId} is deleted.` }, options);
    },
  );
}

/** Returns the runs of a workspace, newest first. */
export async function listRuns(mm: ManyModel): Promise<Report> {
  const runs = (await mm.runs.list()).map(({ runId, state, stalled, createdAt, manifest, index, error }) => ({
    run: runId,
    state,
    stalled,
    created: createdAt,
    partitions: manifest?.partitions ?? null,
    succeeded: index?.succeeded ?? null,
    failed: index?.failed ?? null,
    error,
  }));
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
