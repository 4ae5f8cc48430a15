import type { Command } from "commander";
import type { Verification } from "../../pipeline/verify.ts";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { formatTable } from "../table.ts";

/** `manymodel verify [RUN]`: reads everything that is stored, or every artifact of a run or a version. */
export function addVerify(command: Command): void {
  command
    .option("--model <model>", "the model; by default register.model")
    .option("--model-version <version>", "a version, or an alias of one, instead of a run")
    .action(async (runId: string | undefined, options: CommonOptions & { model?: string; modelVersion?: string }) => {
      if (runId === undefined && options.modelVersion === undefined) return verifyAll(options);
      const result = await withWorkspace(options, async (mm) => {
        if (runId !== undefined) return mm.runs.verify(runId);
        const model = options.model ?? mm.config.register.model;
        const version = await mm.models.get(model, options.modelVersion);
        return mm.runs.verify(version.runId);
      });
      print({ json: result, text: runLines(result).join("\n") }, options);
      if (result.problems.length > 0) process.exitCode = 1;
    });
}

/** Verifies the whole workspace. */
async function verifyAll(options: CommonOptions): Promise<void> {
  const result = await withWorkspace(options, (mm) => mm.verify());
  const { runs, stored } = result;
  const lines = runs.flatMap(runLines);
  if (stored !== null)
    lines.push(
      `Tables, snapshots and database: ${stored.files} files, ${megabytes(stored.bytes)}, ${verdict(stored.problems)}.`,
      ...[...stored.problems, ...stored.notes].map((line) => `  ${line}`),
    );
  print({ json: result, text: lines.join("\n") }, options);
  if ([...runs, stored].some((one) => one !== null && one.problems.length > 0)) process.exitCode = 1;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

function verdict({ length }: readonly string[]): string {
  return length === 0 ? "all as they were committed" : `${length} problem${length === 1 ? "" : "s"}`;
}

function runLines({ runId, partitions, segments, bytes, problems, notes = [] }: Verification): string[] {
  const amounts = `${partitions} partitions in ${segments} segments, ${megabytes(bytes)}`;
  return [`Run ${runId}: ${amounts}, ${verdict(problems)}.`, ...[...problems, ...notes].map((line) => `  ${line}`)];
}

/** `manymodel gc`: finds, and deletes, what nothing refers to. */
export function addGc(command: Command): void {
  command
    .option("--older-than <duration>", "keep snapshots, parts of tables and temporary files younger than this", "24h")
    .option("--delete", "also delete it")
    .action(async (options: CommonOptions & { olderThan: string; delete?: boolean }) => {
      const garbage = await withWorkspace(options, (mm) =>
        mm.garbage({ olderThan: options.olderThan, ...(options.delete && { delete: true }) }),
      );
      const rows = garbage.map((entry) =>
        "path" in entry
          ? [entry.what, entry.path, null, entry.why]
          : "run" in entry
            ? [entry.what, entry.run, null, `${entry.why}; it stays`]
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
