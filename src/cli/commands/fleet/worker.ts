import type { Command } from "commander";
import { ManymodelError } from "../../../core/errors.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../../command.ts";
import { autoOrCount, integer } from "../../option.ts";
import { formatTable } from "../../table.ts";

interface WorkerOptions extends CommonOptions {
  readonly workers: number | "auto";
  readonly run?: string;
}

/** `manymodel worker`: a process that serves the workspace's queue. */
export function addWorker(command: Command): void {
  command
    .option("--workers <n>", "worker threads, or auto", autoOrCount, "auto")
    .option("--run <run>", "train this run only, and end with it")
    .action(async (options: WorkerOptions) => {
      const stop = new AbortController();
      for (const signal of ["SIGINT", "SIGTERM"] as const)
        process.once(signal, () => {
          process.stderr.write("stopping after the chunks in progress; once more to stop at once\n");
          stop.abort();
        });
      const served = await withWorkspace(options, (mm) => {
        const workers = options.workers === "auto" ? mm.engine.workers.parallelism : options.workers;
        process.stderr.write(`serving ${options.run ?? "every run"} with ${workers} workers\n`);
        return mm.workers.serve({
          workers,
          ...(options.run !== undefined && { run: options.run }),
          onChunk(run, { chunk, rows, failed }) {
            process.stderr.write(`run ${run} chunk ${chunk}: ${rows} partitions, ${failed} failed\n`);
          },
          signal: stop.signal,
        });
      });
      const text = `Served ${served.chunks} chunks: ${served.partitions} partitions, ${served.failed} of them failed.`;
      print({ json: served, text }, options);
    });
}

/** `manymodel workers [add | stop]`: the workers that are alive; starts some in the background, or has some stop. */
export function addWorkers(workers: Command): void {
  addCommand(workers, "list", "show the workers that are alive").action(async (options: CommonOptions) => {
    const alive = await withWorkspace(options, (mm) => mm.workers.list());
    const rows = alive.map(({ name, run, startedAt, stopping }) => [
      name,
      run ?? "any",
      startedAt,
      stopping ? "stopping" : "alive",
    ]);
    const text = rows.length === 0 ? "No worker is alive." : formatTable(["worker", "run", "started", "state"], rows);
    print({ json: alive, text }, options);
  });
  addCommand(workers, "add <n>", "start n workers in the background, each a process with one thread")
    .option("--run <run>", "train this run only, and end with it")
    .action(async (text: string, options: CommonOptions & { run?: string }) => {
      const count = integer(1)(text);
      const run = options.run === undefined ? {} : { run: options.run };
      const { job, logs } = await withWorkspace(options, (mm) => mm.workers.add(count, run));
      print({ json: { job, count, logs }, text: `Started ${count} workers; logs in ${logs}, worker-${job}.` }, options);
    });
  addCommand(workers, "stop [names...]", "stop workers after their chunks in progress")
    .option("--all", "all of them")
    .action(async (names: string[], options: CommonOptions & { all?: boolean }) => {
      if (names.length === 0 && !options.all)
        throw new ManymodelError("usage", 'no workers are named; give names ("manymodel workers list"), or --all');
      const stopped = await withWorkspace(options, (mm) => mm.workers.stop(options.all ? "all" : names));
      print({ json: { stopped }, text: `${stopped} workers were asked to stop.` }, options);
    });
}
