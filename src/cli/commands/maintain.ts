import type { Command } from "commander";
import { ManymodelError } from "../../core/errors.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { formatTable } from "../table.ts";

/** `manymodel verify RUN`: reads every artifact of a run, or of a version. */
export function addVerify(program: Command): void {
  addCommand(program, "verify [run]", "read every artifact of a run or a version, and say what is missing or altered")
    .option("--model <model>", "the model; register.model when left out")
    .option("--model-version <version>", "a version, or an alias of one, instead of a run")
    .action(async (runId: string | undefined, options: CommonOptions & { model?: string; modelVersion?: string }) => {
      const found = await withWorkspace(options, async (mm) => {
        if (runId !== undefined) return mm.runs.verify(runId);
        if (options.modelVersion === undefined)
          throw new ManymodelError("usage", "what is to be verified? give a run, or --model-version");
        const model = options.model ?? mm.config.register.model;
        const version = await mm.models.get(model, options.modelVersion);
        return mm.runs.verify(version.runId);
      });
      const { segments, partitions, bytes, problems } = found;
      const text = [
        `Run ${found.runId}: ${partitions} partitions in ${segments} segments, ${(bytes / 1e6).toFixed(1)} MB, ${problems.length === 0 ? "all as they were committed" : `${problems.length} problem${problems.length === 1 ? "" : "s"}`}.`,
        ...problems.map((problem) => `  ${problem}`),
      ].join("\n");
      print({ json: found, text }, options);
      if (problems.length > 0) process.exitCode = 1;
    });
}

/** `manymodel gc`: finds, and deletes, what nothing refers to. */
export function addGc(program: Command): void {
  addCommand(program, "gc", "say what no run in progress, version or alias needs any more")
    .option("--older-than <duration>", "snapshots, parts of tables and temporary files younger than this stay", "24h")
    .option("--delete", "also delete it")
    .action(async (options: CommonOptions & { olderThan: string; delete?: boolean }) => {
      const garbage = await withWorkspace(options, (mm) =>
        mm.garbage({ olderThan: options.olderThan, ...(options.delete && { delete: true }) }),
      );
      const rows = garbage.map((entry) =>
        "path" in entry
          ? [entry.what, entry.path, null, entry.why]
          : "object" in entry
            ? [entry.what, entry.object.name, null, entry.why]
            : [entry.what, entry.item.id, entry.item.bytes, entry.why],
      );
      const text =
        garbage.length === 0
          ? "There is nothing that is not needed."
          : `${formatTable(["what", "name", "bytes", "why"], rows)}\n${options.delete ? "All of it was deleted." : "Nothing was deleted: add --delete."}`;
      print({ json: { deleted: options.delete ?? false, garbage }, text }, options);
    });
}
